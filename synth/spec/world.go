package spec

import (
	"sync"

	"github.com/verisim/verisim/synth"
	"github.com/verisim/verisim/synth/rng"
)

// world is a spec with a seed: the numbers of rows, and what is built once.
type world struct {
	s        *Spec
	seed     synth.Seed
	tables   []rng.Key // by table id
	families []*family // by table id, nil for tables with a number of rows

	mu   sync.Mutex
	once map[*column]*onceValue
}

type onceValue struct {
	sync.Once
	value any
	err   error
}

// keptWorlds is how many are kept: a comparison needs two.
const keptWorlds = 2

func (s *Spec) world(seed synth.Seed) (*world, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if w := s.worlds[seed]; w != nil {
		return w, nil
	}
	w, err := s.newWorld(seed)
	if err != nil {
		return nil, err
	}
	s.worlds[seed] = w
	if s.order = append(s.order, seed); len(s.order) > keptWorlds {
		delete(s.worlds, s.order[0])
		s.order = s.order[1:]
	}
	return w, nil
}

func (s *Spec) newWorld(seed synth.Seed) (*world, error) {
	w := &world{s: s, seed: seed, once: map[*column]*onceValue{}}
	w.tables = make([]rng.Key, len(s.tables))
	w.families = make([]*family, len(s.tables))
	root := rng.New(uint64(seed)).Name("spec")
	for _, t := range s.tables {
		w.tables[t.id] = root.Name(t.name)
	}
	for _, t := range s.tables { // parents first
		if t.parent == nil {
			continue
		}
		f, err := newFamily(t.count, w.tables[t.id].Name("/children"), w.rows(t.parent))
		if err != nil {
			return nil, t.decl.Per.Pos.Errorf("count rows of table %q: %v", t.name, err)
		}
		w.families[t.id] = f
	}
	var errs faults
	for _, t := range s.tables {
		for _, c := range t.columns {
			errs.add(c.room(w.rows(t)))
		}
		for _, p := range t.needs {
			if w.rows(p) == 0 && w.rows(t) > 0 {
				errs.add(t.pos.Errorf("table %q refers to table %q, which has no rows", t.name, p.name))
			}
		}
	}
	return w, errs.err()
}

// rows is the number of rows of a table.
func (w *world) rows(t *tab) int64 {
	if f := w.families[t.id]; f != nil {
		return f.total
	}
	return t.rows
}

// key is where a column's draws come from.
func (w *world) key(c *column) rng.Key { return w.tables[c.table.id].Name(c.stream) }

// prepare builds what a column needs once, when it is first asked for.
func (w *world) prepare(c *column, build func() (any, error)) (any, error) {
	w.mu.Lock()
	o := w.once[c]
	if o == nil {
		o = &onceValue{}
		w.once[c] = o
	}
	w.mu.Unlock()
	o.Do(func() { o.value, o.err = build() })
	return o.value, o.err
}
