package finance

import (
	"sync"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/verisim/verisim/formats/table"
)

// The graph as tables: nodes are numbered from 0 on without a gap, edges name
// them by number and stand in order of time, so that the columns source and
// target are a COO edge index as they are. Card worlds have an edge from
// customer to merchant for each transaction, worlds of accounts one from payer
// to payee for each transfer.

const (
	nodeTable = "nodes"
	edgeTable = "edges"
)

var nodeSchema = schema(nodeTable, "node", nil,
	column("node", i64t, table.RoleID, false),
	column("kind", textt, table.RolePlain, false),
	column("entity_id", i64t, table.RoleID, false), // customer_id, merchant_id or account_id
)

func edgesOf(parent, key string) *arrow.Schema {
	return schema(edgeTable, key, []table.Ref{
		{Column: "source", Table: nodeTable, Key: "node"}, {Column: "target", Table: nodeTable, Key: "node"}, {Column: key, Table: parent, Key: key},
	},
		column("source", i64t, table.RoleID, false),
		column("target", i64t, table.RoleID, false),
		column("timestamp", moment, table.RoleTime, false),
		column(key, i64t, table.RoleID, false),
		column("amount", f64t, table.RolePlain, false),
		column("label", boolt, table.RoleLabel, false),
	)
}

var (
	txEdges       = sync.OnceValue(func() *arrow.Schema { return edgesOf(txTable, "transaction_id") })
	transferEdges = sync.OnceValue(func() *arrow.Schema { return edgesOf(transferTable, "transfer_id") })
)

// edges are the columns of a batch of edges.
type edges struct {
	source, target, at, id []int64
	amount                 []float64
	label                  []byte
}

func newEdges(n int) edges {
	return edges{i64s(n), i64s(n), i64s(n), i64s(n), make([]float64, n), bitmap(n)}
}

func (e *edges) set(i int, source, target, second int64, id int64, amount float64, label bool) {
	e.source[i], e.target[i], e.at[i], e.id[i], e.amount[i] = source, target, second*1_000_000, id, amount
	if label {
		e.label[i>>3] |= 1 << (i & 7)
	}
}

func (e *edges) record(s *arrow.Schema) table.Batch {
	f, n := s.Fields(), len(e.id)
	return record(s, []arrow.Array{
		wide(f[0], e.source, nil, 0), wide(f[1], e.target, nil, 0), wide(f[2], e.at, nil, 0), wide(f[3], e.id, nil, 0),
		wide(f[4], e.amount, nil, 0), wide(f[5], e.label, nil, 0, n),
	}, n)
}

func (s *state) fillEdges(events []event, order []uint64) table.Batch {
	out := newEdges(len(order))
	for i, o := range order {
		e := &events[uint32(o)]
		out.set(i, int64(e.customer), int64(len(s.customers))+int64(e.merchant), s.params.start*secondsPerDay+int64(e.at),
			s.transactionID(e.id), minor(int64(e.amount)), e.flags&flagFraud != 0)
	}
	return out.record(txEdges())
}

func fillNodes(s *state, b *builder, from, to int64) {
	n := int64(len(s.customers))
	for i := from; i < to; i++ {
		b.i64(i)
		if i < n {
			b.str("customer")
			b.i64(i + 1)
		} else {
			b.str("merchant")
			b.i64(s.merchantID(int32(i - n)))
		}
	}
}

// graphNodes is the maker of a card world's nodes.
func graphNodes() maker[*state] {
	return maker[*state]{nodeTable, nodeSchema, func(s *state) int64 { return int64(len(s.customers) + len(s.merchants)) }, fillNodes}
}

func (t *clearing) fillEdges(_ *layout, m made, _ settled, from, to int) table.Batch {
	out := newEdges(to - from)
	for i := range to - from {
		e := &m.events[uint32(m.order[from+i])]
		out.set(i, int64(e.from), int64(e.to), t.params.start*secondsPerDay+int64(e.at), t.transferID(e.id), minor(e.amount), e.dirty)
	}
	return out.record(transferEdges())
}

func (t *clearing) fillNodes(b *builder, from, to int64) {
	for i := from; i < to; i++ {
		b.i64(i)
		b.str(holders[t.accounts[i].kind])
		b.i64(t.accountID(int32(i)))
	}
}
