package fake

import (
	"strings"
	"sync"
)

// chinese is frozen on first use.
var chinese = sync.OnceValue(newChinese)

// Each word is written with its pinyin, which mail addresses use. Family names
// stand in falling order of how many bear them.
const (
	hanFamily = `王wang 李li 张zhang 刘liu 陈chen 杨yang 黄huang 赵zhao 吴wu 周zhou 徐xu 孙sun 马ma 朱zhu 胡hu 郭guo 何he 林lin 高gao 罗luo 郑zheng 梁liang 谢xie 宋song 唐tang 许xu 邓deng 韩han 冯feng 曹cao 彭peng 曾zeng 肖xiao 田tian 董dong 潘pan 袁yuan 蔡cai 蒋jiang 余yu 于yu 杜du 叶ye 程cheng 魏wei 苏su 吕lv 丁ding 任ren 卢lu 姚yao 沈shen 钟zhong 姜jiang 崔cui 谭tan 陆lu 范fan 汪wang 廖liao 石shi 金jin 韦wei 贾jia 夏xia 付fu 方fang 邹zou 熊xiong 白bai 孟meng 秦qin 邱qiu 侯hou 江jiang 尹yin 薛xue 闫yan 段duan 雷lei 龙long 黎li 史shi 陶tao 贺he 毛mao 郝hao 顾gu 龚gong 邵shao 万wan 覃qin 武wu 钱qian 戴dai 严yan 莫mo 孔kong 向xiang 常chang 欧阳ouyang 上官shangguan 司马sima 诸葛zhuge`
	hanFemale = `芳fang 娜na 敏min 静jing 丽li 艳yan 娟juan 霞xia 秀xiu 燕yan 玲ling 桂gui 丹dan 萍ping 红hong 玉yu 兰lan 英ying 梅mei 洁jie 雪xue 慧hui 莉li 婷ting 倩qian 颖ying 琳lin 薇wei 蕾lei 莹ying 欣xin 怡yi 佳jia 雨yu 思si 梦meng 诗shi 涵han 彤tong 悦yue 瑶yao 婉wan 晴qing 露lu 璐lu 菲fei 媛yuan 云yun 月yue 春chun 凤feng 琴qin 素su 珍zhen 淑shu 蓉rong 妍yan 心xin 语yu 可ke 馨xin 宁ning 若ruo 依yi 紫zi 嘉jia`
	hanMale   = `伟wei 强qiang 磊lei 军jun 洋yang 勇yong 杰jie 涛tao 超chao 明ming 刚gang 平ping 辉hui 鹏peng 华hua 飞fei 鑫xin 波bo 斌bin 浩hao 宇yu 俊jun 峰feng 健jian 志zhi 文wen 建jian 国guo 海hai 林lin 龙long 旭xu 晨chen 阳yang 凯kai 博bo 瑞rui 昊hao 轩xuan 泽ze 睿rui 天tian 子zi 嘉jia 振zhen 永yong 立li 东dong 亮liang 成cheng 毅yi 帆fan 航hang 翔xiang 霖lin 昌chang 庆qing 正zheng 民min 新xin 宏hong 元yuan 启qi 家jia 少shao 卫wei`
	hanStreet = `人民 解放 建设 中山 和平 新华 文化 长江 黄河 友谊 胜利 光明 团结 幸福 朝阳 东风 迎宾 滨河 学府 科技 创新 青年 体育 公园 车站 花园 工业 富强 民主 复兴`
	hanRoads  = `路 大道 街 东路 西路 南路 北路 中路`
	hanJobs   = `会计 教师 医生 护士 律师 工程师 程序员 设计师 厨师 司机 快递员 销售员 客服 公务员 警察 消防员 记者 编辑 翻译 药剂师 电工 焊工 木工 建筑工人 农民 渔民 保安 保洁员 收银员 店长 经理 研究员 教授 学生 退休 自由职业 摄影师 理发师 导游 飞行员`
	hanWords  = `我们 今天 明天 可以 服务 质量 很好 满意 快递 包装 客户 产品 非常 喜欢 推荐 价格 合理 使用 方便 已经 收到 感谢 支持 需要 联系 问题 处理 及时 态度 认真 下次 再来 希望 改进 速度 不错 颜色 大小 合适 材料 说明 清楚 电话 确认 时间 安排 完成 检查 正常 继续`
	hanHeads  = `华兴 中泰 恒达 鼎盛 瑞丰 宏远 天成 金源 万通 信达 博远 嘉诚 凯盛 东升 新世纪 启明 海纳 云帆 长青 永和 安泰 国兴 百川 星辰 宏图 智汇 同创 德润 卓越 佳禾 锦程 盛世 普惠 康华 龙腾 飞扬 明德 众合 蓝天 联创`
	hanKinds  = `科技 贸易 电子 食品 建筑 物流 软件 医药 化工 机械 纺织 能源 环保 文化传媒 教育 餐饮管理 汽车 房地产 信息技术 农业 包装 家具 服装 生物 通信 金融服务 咨询 印刷 钢铁 旅游`
	hanTails  = `有限公司 股份有限公司 有限责任公司 集团有限公司`
)

func newChinese() *Locale {
	female, femaleLatin := han(hanFemale)
	male, maleLatin := han(hanMale)
	family, familyLatin := han(hanFamily)
	var streets []string
	for _, n := range strings.Fields(hanStreet) {
		for _, k := range strings.Fields(hanRoads) {
			streets = append(streets, n+k)
		}
	}
	l := &Locale{
		Name: "zh_CN", Country: "中国", Code: "CN",
		Given:   [2]*Pool{NewPool(female), NewPool(male)},
		Family:  ranked(family, len(family)),
		Streets: NewPool(streets),
		Domains: NewPool([]string{"example.com", "example.net", "example.org", "youxiang.example", "mail.example"}),
		Jobs:    NewPool(strings.Fields(hanJobs)),
		Words:   NewPool(strings.Fields(hanWords)),

		companyHead: NewPool(strings.Fields(hanHeads)),
		companyKind: NewPool(strings.Fields(hanKinds)),
		companyTail: NewWeightedPool(strings.Fields(hanTails), []float64{70, 10, 15, 5}),
		chinese:     true,
		sexes:       [2]string{"女", "男"},
	}
	l.givenLatin = [2]*Pool{NewPool(femaleLatin), NewPool(maleLatin)}
	l.familyLatin = NewPool(familyLatin)
	l.setPlaces(parseChinaCities(chinaCities))
	return l
}

// han splits words into characters and pinyin.
func han(text string) (words, pinyin []string) {
	for _, w := range strings.Fields(text) {
		at := strings.IndexFunc(w, func(r rune) bool { return r < 0x80 })
		words, pinyin = append(words, w[:at]), append(pinyin, w[at:])
	}
	return words, pinyin
}

// parseChinaCities reads lines "province|code|city|area code|latitude|
// longitude|thousands of people|district code postcode, ...".
func parseChinaCities(text string) []City {
	var out []City
	for line := range strings.Lines(text) {
		f := strings.Split(strings.TrimSpace(line), "|")
		if len(f) != 8 {
			continue
		}
		c := City{
			Name: f[2], Region: f[0], RegionCode: f[1], Areas: []string{f[3]},
			Lat: number(f[4]), Lon: number(f[5]), weight: number(f[6]), Zone: "Asia/Shanghai",
		}
		if f[1] == "650000" {
			c.Zone = "Asia/Urumqi"
		}
		for d := range strings.SplitSeq(f[7], ",") {
			p := strings.Fields(d)
			c.Districts = append(c.Districts, District{Name: p[0], Code: p[1], Postcode: p[2]})
		}
		out = append(out, c)
	}
	return out
}
