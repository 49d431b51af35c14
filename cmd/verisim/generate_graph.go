package main

import (
	"slices"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/urfave/cli/v2"

	"github.com/verisim/verisim/formats/catalog"
	"github.com/verisim/verisim/formats/document"
	"github.com/verisim/verisim/formats/graph"
	"github.com/verisim/verisim/formats/table"
	models "github.com/verisim/verisim/synth/catalog"
)

// graphTables is the form of the graph that is two more tables.
const graphTables = "tables"

func graphFlag() cli.Flag {
	return &cli.StringFlag{Name: "graph", Usage: "add the graph of payments in `FORM`: tables (nodes and edges), graphml (graph.graphml) or neo4j (nodes.csv and edges.csv for neo4j-admin import)"}
}

// setGraph asks the simulator for its graph, where --graph does.
func setGraph(c *cli.Context, s models.Simulator, n *document.Node) error {
	if !c.IsSet("graph") {
		return nil
	}
	forms := []string{graphTables, string(graph.GraphML), string(graph.Neo4j)}
	if form := c.String("graph"); !slices.Contains(forms, form) {
		err := usagef("--graph: there is no form %q", form)
		if near := document.Nearest(form, forms); near != "" {
			return hint(err, "did you mean "+near+"?")
		}
		return hint(err, "forms are tables, graphml, neo4j")
	}
	if !slices.Contains(s.Options, "graph") {
		return usagef("--graph: %s has no graph", s.Name)
	}
	n.Set("graph", &document.Node{Pos: document.Pos{Name: "--graph", Line: 1, Column: 1}, Kind: document.Bool, Text: "true"})
	return nil
}

// checkGraph refuses what cannot stand with the files of a graph.
func checkGraph(c *cli.Context) error {
	form := c.String("graph")
	if form == "" || form == graphTables {
		return nil
	}
	if c.String("table") != "" || isDatabase(c, target(c)) {
		return hint(usagef("--graph %s writes files of its own beside the tables: it needs a directory and no --table", form), "name a directory with -o, or write --graph tables")
	}
	return nil
}

// asGraph lets nodes and edges go into a graph's files.
func (g *generation) asGraph(c *cli.Context, folder *catalog.Folder) (table.Sink, error) {
	form := c.String("graph")
	if form == "" || form == graphTables {
		return folder, nil
	}
	schemas := map[string]*arrow.Schema{}
	for _, t := range g.model.Tables() {
		schemas[t.Name] = t.Schema
	}
	return graph.NewSink(folder, schemas, graph.Options{Form: graph.Form(form), Dir: folder.Partial()})
}
