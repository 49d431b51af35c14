package rule

// Scores are the dimensions' marks.
type Scores struct {
	Overall float64 `json:"overall"`
}

func (p *Plan) score(r *Result) {}
