package clean

import (
	"fmt"
	"strings"
)

// strftime turns a form of strftime (POSIX) into a layout of package time. It
// knows what dates in files are made of; every other letter is refused.
func strftime(form string) (string, error) {
	parts := map[byte]string{
		'Y': "2006", 'y': "06", 'm': "01", 'd': "02", 'e': "_2", 'H': "15", 'I': "03", 'M': "04", 'S': "05", 'p': "PM",
		'b': "Jan", 'B': "January", 'a': "Mon", 'A': "Monday", 'j': "002", 'f': "000000", 'z': "-0700", 'Z': "MST",
		'F': "2006-01-02", 'T': "15:04:05", '%': "%",
	}
	if !strings.Contains(form, "%") {
		return "", fmt.Errorf("form %q has no %% letters, such as %%Y-%%m-%%d", form)
	}
	var b strings.Builder
	for i := 0; i < len(form); i++ {
		c := form[i]
		if c != '%' {
			if c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' && c != 'T' && c != 'Z' {
				return "", fmt.Errorf("form %q: %q would be read as a part of a date", form, c)
			}
			b.WriteByte(c)
			continue
		}
		if i++; i == len(form) {
			return "", fmt.Errorf("form %q ends in %%", form)
		}
		if form[i] == '-' && i+1 < len(form) { // %-d: without padding
			i++
			short, ok := map[byte]string{'d': "2", 'm': "1", 'H': "15", 'I': "3", 'M': "4", 'S': "5"}[form[i]]
			if !ok {
				return "", fmt.Errorf("form %q: %%-%c is not known", form, form[i])
			}
			b.WriteString(short)
			continue
		}
		part, ok := parts[form[i]]
		if !ok {
			return "", fmt.Errorf("form %q: %%%c is not known", form, form[i])
		}
		if form[i] == 'f' {
			if s := b.String(); !strings.HasSuffix(s, ".") {
				return "", fmt.Errorf("form %q: %%f stands after a full stop", form)
			}
		}
		b.WriteString(part)
	}
	return b.String(), nil
}
