package rule

// moreTrials are those of the checks that came after the first hundred, each in
// the order of its file.
func moreTrials() []trial {
	return []trial{
		{check: "json_schema: {type: object, required: [id], properties: {id: {type: integer}}}", types: "string", good: `["{\"id\": 1}",null]`, bad: `["{\"id\": \"1\"}"]`},
	}
}
