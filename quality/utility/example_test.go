package utility_test

import (
	"fmt"

	"github.com/verisim/verisim/quality/utility"
)

func ExampleAUC() {
	scores, labels := []float64{.1, .4, .35, .8}, []uint8{0, 0, 1, 1}
	fmt.Printf("AUC %.2f, AP %.2f\n", utility.AUC(scores, labels), utility.AveragePrecision(scores, labels))
	// Output: AUC 0.75, AP 0.83
}
