package finance

import (
	"sync"

	"github.com/verisim/verisim/synth"
)

// memo keeps what was built for the last seeds.
type memo[T any] struct {
	make func(synth.Seed) (T, error)

	mu    sync.Mutex
	built map[synth.Seed]*future[T]
	order []synth.Seed // of built, oldest first
}

type future[T any] struct {
	once  sync.Once
	value T
	err   error
}

// keptSeeds is how many built worlds are kept: a comparison needs two.
const keptSeeds = 2

func newMemo[T any](build func(synth.Seed) (T, error)) *memo[T] {
	return &memo[T]{make: build, built: map[synth.Seed]*future[T]{}}
}

func (m *memo[T]) get(seed synth.Seed) (T, error) {
	m.mu.Lock()
	f := m.built[seed]
	if f == nil {
		f = &future[T]{}
		m.built[seed] = f
		if m.order = append(m.order, seed); len(m.order) > keptSeeds {
			delete(m.built, m.order[0])
			m.order = m.order[1:]
		}
	}
	m.mu.Unlock()
	f.once.Do(func() { f.value, f.err = m.make(seed) })
	return f.value, f.err
}
