//! Proves that N private values are below 2^16 and what their sum is, by the crate
//! bulletproofs: one aggregated range proof, and the sum of the commitments opened.
//! The Go side is BenchmarkBulletproofs of privacy/proof. One thread; CPU seconds.

use bulletproofs::{BulletproofGens, PedersenGens, RangeProof};
use curve25519_dalek::{ristretto::RistrettoPoint, scalar::Scalar};
use merlin::Transcript;

/// The seconds that this thread ran on a CPU.
fn cpu() -> f64 {
    let mut t = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    assert_eq!(0, unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &mut t) });
    t.tv_sec as f64 + t.tv_nsec as f64 / 1e9
}

fn step<T>(name: &str, times: usize, mut f: impl FnMut() -> T) -> T {
    let mut took = Vec::new();
    let mut last = None;
    for _ in 0..times {
        let start = cpu();
        last = Some(f());
        took.push(cpu() - start);
    }
    took.sort_by(f64::total_cmp);
    println!("{name:24} cpu {:9.5} s, median of {times}", took[times / 2]);
    last.unwrap()
}

fn main() {
    let n: usize = std::env::args().nth(1).unwrap().parse().unwrap();
    let bits: usize = std::env::args().nth(2).map_or(16, |b| b.parse().unwrap());
    let times: usize = std::env::args().nth(3).map_or(3, |b| b.parse().unwrap());
    let values: Vec<u64> = (0..n as u64).map(|i| i * 40503 % 65536).collect();
    let sum: u64 = values.iter().sum();
    let blinds: Vec<Scalar> = (0..n).map(|_| Scalar::random(&mut rand::thread_rng())).collect();
    let pc = PedersenGens::default();
    let gens = step("generators", 1, || BulletproofGens::new(bits, n));
    let (proof, commitments) = step("prove", times, || {
        RangeProof::prove_multiple(&gens, &pc, &mut Transcript::new(b"bench"), &values, &blinds, bits).unwrap()
    });
    let blind: Scalar = blinds.iter().sum();
    step("verify", times, || {
        proof.verify_multiple(&gens, &pc, &mut Transcript::new(b"bench"), &commitments, bits).unwrap();
        let total: RistrettoPoint = commitments.iter().map(|c| c.decompress().unwrap()).sum();
        assert_eq!(total, pc.commit(Scalar::from(sum), blind));
    });
    println!("{n} values of {bits} bits, sum {sum}: {} bytes and 32 a commitment", proof.to_bytes().len());
}
