"""The graph exports, read by others.

    graph.py GRAPHML_DIR TABLES_DIR NEO4J_DIR

networkx reads graph.graphml; pyarrow reads nodes and edges as tables, and the
COO edge index that numpy makes of them without a copy is what PyTorch Geometric
and DGL take. All three forms hold the same graph, cell by cell.
"""

import csv
import sys

import networkx as nx
import numpy as np
import pyarrow.ipc as ipc


def table(path):
    with ipc.open_file(path) as f:
        return f.read_all()


def main(graphml, tables, neo4j):
    nodes, edges = table(f"{tables}/nodes.arrow"), table(f"{tables}/edges.arrow")
    source = edges["source"].combine_chunks().to_numpy(zero_copy_only=True)
    target = edges["target"].combine_chunks().to_numpy(zero_copy_only=True)
    index = np.stack([source, target])  # COO, 2 x edges
    assert index.dtype == np.int64 and index.min() >= 0 and index.max() < nodes.num_rows, "edge index out of nodes"
    assert (nodes["node"].to_numpy() == np.arange(nodes.num_rows)).all(), "nodes are not numbered from 0 on"
    when = edges["timestamp"].to_numpy()
    assert (np.diff(when) >= np.timedelta64(0)).all(), "edges are out of order"
    transfers = table(f"{tables}/transfers.arrow")
    assert edges["transfer_id"].equals(transfers["transfer_id"]), "an edge is another transfer"
    account = nodes["entity_id"].to_numpy()
    assert (account[source] == transfers["from_account"].to_numpy()).all(), "an edge leaves another account"
    assert (account[target] == transfers["to_account"].to_numpy()).all(), "an edge leads to another account"

    g = nx.read_graphml(f"{graphml}/graph.graphml", force_multigraph=True)
    assert g.is_directed() and g.number_of_nodes() == nodes.num_rows and g.number_of_edges() == edges.num_rows, g
    for n in nodes.to_pylist():
        got = g.nodes[f"n{n['node']}"]
        assert got == {"kind": n["kind"], "entity_id": n["entity_id"]}, got
    rows = {e["transfer_id"]: e for e in edges.to_pylist()}
    for a, b, got in g.edges(data=True):
        want = rows[got["transfer_id"]]
        assert a == f"n{want['source']}" and b == f"n{want['target']}", (a, b, want)
        assert got["amount"] == want["amount"] and got["label"] == want["label"], got
        assert got["timestamp"] == want["timestamp"].strftime("%Y-%m-%dT%H:%M:%SZ"), got

    with open(f"{neo4j}/edges.csv", newline="") as f:
        lines = list(csv.DictReader(f))
    assert len(lines) == edges.num_rows
    for got, want in zip(lines, edges.to_pylist()):
        assert int(got[":START_ID"]) == want["source"] and int(got[":END_ID"]) == want["target"], got
        assert float(got["amount:double"]) == want["amount"] and int(got["transfer_id:long"]) == want["transfer_id"], got
    print(f"graph: {nodes.num_rows:,} nodes, {edges.num_rows:,} edges: GraphML in networkx, COO in numpy and Neo4j's CSV agree")


if __name__ == "__main__":
    main(*sys.argv[1:])
