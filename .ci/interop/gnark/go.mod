// A module of its own: the program compares privacy/proof with gnark, which is
// no dependency of verisim.
module github.com/verisim/verisim/.ci/interop/gnark

go 1.26

require (
	github.com/consensys/gnark v0.14.0
	github.com/verisim/verisim v0.0.0
)

replace github.com/verisim/verisim => ../../..
