package profile

func (s *State) findKeys(v *sampleView) []Key                { return nil }
func (s *State) findDependencies(v *sampleView) []Dependency { return nil }
func (s *State) findPairs(v *sampleView) []Pair              { return nil }
func (c *column) evidence() []Evidence                       { return nil }
