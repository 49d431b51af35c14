package profile

import (
	"slices"
	"strings"

	"github.com/verisim/verisim/formats/table"
)

// headerWords are the words of a column's name that go with each detector, in
// English as whole words and in Chinese as parts.
var headerWords = map[string][]string{
	"email":          {"email", "mail", "邮箱", "邮件"},
	"cn-resident-id": {"idcard", "identity", "national", "citizen", "resident", "sfz", "身份证", "证件号"},
	"iban":           {"iban", "account", "账号", "帐号", "账户"},
	"payment-card":   {"card", "pan", "creditcard", "cc", "银行卡", "卡号", "信用卡"},
	"cn-credit-code": {"uscc", "信用代码", "统一社会"},
	"ip-address":     {"ip", "ipaddress", "addr", "地址"},
	"mac-address":    {"mac", "device", "设备"},
	"cn-mobile":      {"phone", "mobile", "cell", "tel", "telephone", "contact", "手机", "电话", "联系"},
	"us-ssn":         {"ssn", "social", "security"},
	"phone":          {"phone", "mobile", "cell", "tel", "telephone", "fax", "contact", "手机", "电话", "联系"},
	"cn-plate":       {"plate", "vehicle", "licence", "license", "车牌"},
	"cn-passport":    {"passport", "护照"},
	"address":        {"address", "street", "addr", "home", "residence", "地址", "住址"},
	"person-name":    {"name", "firstname", "lastname", "fullname", "surname", "given", "family", "holder", "customer", "patient", "姓名", "名字", "联系人", "持卡人", "患者"},
}

// notNames are words beside "name" that speak of other things than people.
var notNames = []string{"file", "company", "merchant", "product", "brand", "city", "country", "state", "host", "domain", "user", "table", "column", "store", "bank", "category", "school", "street", "department", "event", "job", "shop"}

func headerWord(what string, words []string) string {
	w := matchWord(headerWords[what], words)
	if what == "person-name" && w == "name" && slices.ContainsFunc(words, func(x string) bool { return slices.Contains(notNames, x) }) {
		return ""
	}
	return w
}

// matchWord finds the first known word among those of a name.
func matchWord(known, words []string) string {
	for _, w := range words {
		for _, k := range known {
			if w == k || k[0] >= 0x80 && strings.Contains(w, k) {
				return k
			}
		}
	}
	return ""
}

// header is a meaning that only the name of a column can tell.
type header struct {
	what  string
	role  table.Role
	words []string
	kinds func(*column) bool
}

func anyKind(*column) bool        { return true }
func numberOrText(c *column) bool { return c.kind != KindTime }

var headers = []header{
	{"birth-date", table.RoleQuasi, []string{"birth", "birthday", "birthdate", "dob", "born", "生日", "出生"}, anyKind},
	{"age", table.RoleQuasi, []string{"age", "年龄"}, numberOrText},
	{"sex", table.RoleQuasi, []string{"sex", "gender", "性别"}, numberOrText},
	{"postcode", table.RoleQuasi, []string{"zip", "zipcode", "postcode", "postal", "邮编", "邮政编码"}, numberOrText},
	{"ethnicity", table.RoleSensitive, []string{"race", "ethnicity", "ethnic", "民族", "种族"}, numberOrText},
	{"religion", table.RoleSensitive, []string{"religion", "faith", "宗教"}, numberOrText},
	{"income", table.RoleSensitive, []string{"income", "salary", "wage", "wages", "收入", "工资", "薪"}, numberOrText},
	{"health", table.RoleSensitive, []string{"diagnosis", "disease", "illness", "icd", "medication", "blood", "诊断", "疾病", "病史", "血型"}, anyKind},
	{"position", table.RoleQuasi, []string{"latitude", "longitude", "lat", "lon", "lng", "纬度", "经度"}, numberOrText},
	{"marriage", table.RoleQuasi, []string{"marital", "spouse", "婚姻"}, numberOrText},
	{"nationality", table.RoleQuasi, []string{"nationality", "citizenship", "native", "国籍"}, numberOrText},
	{"occupation", table.RoleQuasi, []string{"occupation", "profession", "职业"}, numberOrText},
}

var streetWords = strings.Fields("street st avenue ave road rd lane ln drive dr boulevard blvd court ct place pl square sq way terrace highway hwy parkway pkwy apt suite circle crescent close path trail row walk rue via calle weg allee platz north south east west")

// streetEnds are ends of words that name streets and places.
var streetEnds = strings.Fields("strasse straße straat gatan vej mouth ville shire bury haven burgh chester port town side stad fort")

// surnamesHan are the commonest single surnames, nine in ten of all people.
const surnamesHan = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高郑梁谢宋唐许韩邓冯曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛闫雷龙黎史陶贺毛段郝顾龚邵覃武钱戴严莫孔向常汤康易乔赖文"

const compoundHan = "欧阳 上官 司马 诸葛 司徒 东方 独孤 南宫 夏侯 皇甫 尉迟 公孙 慕容 令狐 宇文 长孙 端木 轩辕 百里 东郭"

// givenLatin and surnamesLatin are the commonest names in English-speaking
// countries: enough to tell a column of names, not a dictionary of people.
var givenLatin = setOf("james mary john patricia robert jennifer michael linda william elizabeth david barbara richard susan joseph jessica thomas sarah charles karen christopher nancy daniel lisa matthew betty anthony margaret mark sandra donald ashley steven kimberly paul emily andrew donna joshua michelle kenneth carol kevin amanda brian dorothy george melissa edward deborah ronald stephanie timothy rebecca jason sharon jeffrey laura ryan cynthia jacob kathleen gary amy nicholas shirley eric angela jonathan helen stephen anna larry brenda justin pamela scott nicole brandon samantha benjamin katherine samuel emma gregory ruth frank christine alexander catherine raymond debra patrick rachel jack carolyn dennis janet jerry virginia tyler maria aaron heather jose diane henry julie adam joyce douglas victoria nathan kelly peter christina zachary lauren kyle joan walter evelyn harold olivia jeremy judith ethan megan carl cheryl keith martha roger andrea gerald frances terry hannah sean jacqueline austin ann arthur gloria lawrence jean noah kathryn jesse alice joe teresa bryan sara billy janice jordan doris albert madison dylan julia bruce grace willie judy gabriel abigail alan marie juan denise logan beverly wayne amber ralph theresa roy marilyn eugene danielle randy diana vincent brittany russell natalie louis sophia philip rose bobby isabella johnny alexis bradley kayla liam lucas oliver mia ava charlotte amelia harper ella sofia luna chloe")

var surnamesLatin = setOf("smith johnson williams brown jones garcia miller davis rodriguez martinez hernandez lopez gonzalez wilson anderson thomas taylor moore jackson martin lee perez thompson white harris sanchez clark ramirez lewis robinson walker young allen king wright scott torres nguyen hill flores green adams nelson baker hall rivera campbell mitchell carter roberts gomez phillips evans turner diaz parker cruz edwards collins reyes stewart morris morales murphy cook rogers gutierrez ortiz morgan cooper peterson bailey reed kelly howard ramos kim cox ward richardson watson brooks chavez wood james bennett gray mendoza ruiz hughes price alvarez castillo sanders patel myers long ross foster jimenez muller schmidt schneider fischer weber meyer wagner becker schulz hoffmann rossi russo ferrari dubois bernard petit durand leroy moreau simon laurent")

func setOf(words string) map[string]struct{} {
	out := map[string]struct{}{}
	for _, w := range strings.Fields(words) {
		out[w] = struct{}{}
	}
	return out
}
