#!/usr/bin/env bash
# graph.sh PYTHON VERISIM: the graph exports, read by others. networkx and numpy
# where PYTHON is not empty; neo4j-admin's importer where there are Java 17 and
# Maven (97 MB from Maven Central, once).
set -euo pipefail
cd "$(dirname "$0")"
cache=${XDG_CACHE_HOME:-$HOME/.cache}/verisim-interop
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
neo4j=5.26.0

for form in graphml tables neo4j; do
  "$2" generate finance --preset aml-hi --customers 300 --days 30 --graph $form -o "$work/$form" --quiet
done
if [ -n "$1" ]; then "$1" graph.py "$work/graphml" "$work/tables" "$work/neo4j"; fi

if ! command -v mvn >/dev/null || ! command -v java >/dev/null; then
  echo "SKIPPED: neo4j-admin needs java and mvn"
  exit 0
fi
lib=$cache/neo4j-$neo4j
if [ ! -d "$lib" ]; then
  mkdir "$work/pom"
  cat >"$work/pom/pom.xml" <<POM
<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>interop</groupId><artifactId>interop</artifactId><version>1</version>
<dependencies><dependency><groupId>org.neo4j</groupId><artifactId>neo4j-import-tool</artifactId><version>$neo4j</version></dependency></dependencies>
</project>
POM
  if ! (cd "$work/pom" && mvn -q -B dependency:copy-dependencies -DoutputDirectory="$work/lib" -DincludeScope=runtime >"$work/mvn.log" 2>&1); then
    tail -n 2 "$work/mvn.log"
    echo "SKIPPED: neo4j-admin needs a repository that has neo4j-import-tool $neo4j"
    exit 0
  fi
  mkdir -p "$cache"
  mv "$work/lib" "$lib"
fi
mkdir -p "$work/home/conf"
open=(--add-opens=java.base/java.nio=ALL-UNNAMED --add-opens=java.base/java.io=ALL-UNNAMED --add-opens=java.base/sun.nio.ch=ALL-UNNAMED)
if ! NEO4J_HOME=$work/home java "${open[@]}" -Xmx512m -cp "$lib/*" org.neo4j.cli.AdminTool database import full neo4j \
  --nodes="$work/neo4j/nodes.csv" --relationships="$work/neo4j/edges.csv" --report-file="$work/report" >"$work/import.log" 2>&1; then
  tail -n 20 "$work/import.log"
  exit 1
fi
# Every row arrived, and nothing was reported as bad.
nodes=$(($(wc -l <"$work/neo4j/nodes.csv") - 1)) edges=$(($(wc -l <"$work/neo4j/edges.csv") - 1))
grep -q " $nodes nodes" "$work/import.log" && grep -q " $edges relationships" "$work/import.log" && [ ! -s "$work/report" ] || {
  tail -n 20 "$work/import.log"
  echo "neo4j-admin did not import $nodes nodes and $edges edges"
  exit 1
}
echo "graph: neo4j-admin $neo4j imports $nodes nodes and $edges relationships"
