"""Compare quality/utility's learners with scikit-learn and LightGBM.

Makes data sets, lets both sides train on them with the same options, and fails
where an AUC or an average precision differs by more than .01.

    python .ci/interop/learners.py
    python .ci/interop/learners.py --speed   (their time on the data of BenchmarkTrees)
"""

import os
import subprocess
import sys
import tempfile
import time

import lightgbm
import numpy as np
from sklearn.datasets import make_classification
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, roc_auc_score
from sklearn.preprocessing import StandardScaler

TOLERANCE = 0.01


def datasets():
    """Yield name, features, labels; rows are in random order."""
    x, y = make_classification(
        40_000, 20, n_informative=8, n_redundant=4, weights=[0.9], class_sep=0.6, flip_y=0.05, random_state=1
    )
    yield "classes", x, y

    rng = np.random.default_rng(2)
    x = rng.normal(size=(60_000, 10))
    x[:, 3] = np.exp(x[:, 3] * 2)
    z = -3 + x[:, 0] + x[:, 1] * x[:, 2] + (x[:, 3] > 5) - 0.5 * np.abs(x[:, 4])
    y = (rng.random(len(z)) < 1 / (1 + np.exp(-z))).astype(int)
    x[rng.random(x.shape) < 0.05] = np.nan
    yield "missing", x, y

    x = np.round(rng.gamma(2, 2, size=(80_000, 12)))
    z = -4.5 + 0.2 * x[:, 0] + 0.6 * (x[:, 1] > 6) * (x[:, 2] < 4) - 0.1 * x[:, 3]
    y = (rng.random(len(z)) < 1 / (1 + np.exp(-z))).astype(int)
    yield "counts", x, y


def speed():
    """Print the other side's seconds for 2^20 rows of 30 features."""
    rng = np.random.default_rng(1)
    x = rng.normal(size=(1 << 20, 30))
    y = (rng.random(len(x)) < 1 / (1 + np.exp(3 - x[:, 0] - x[:, 1] * x[:, 2]))).astype(int)
    trees = lightgbm.LGBMClassifier(n_estimators=100, num_leaves=31, learning_rate=0.1, num_threads=2, verbose=-1)
    for name, model in (("LightGBM", trees), ("scikit-learn logistic", LogisticRegression())):
        start = time.perf_counter()
        model.fit(x, y)
        print(f"{name:24}{time.perf_counter() - start:6.2f} s")
    return 0


def write(path, x, y):
    with open(path, "wb") as f:
        np.array([len(y), x.shape[1] + 1], dtype="<i8").tofile(f)
        np.column_stack([x, y]).T.astype("<f8").tofile(f)


def main():
    root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    bad = 0
    with tempfile.TemporaryDirectory() as folder:
        kept = {}
        for name, x, y in datasets():
            half = len(y) // 2
            write(f"{folder}/{name}.train.bin", x[:half], y[:half])
            write(f"{folder}/{name}.test.bin", x[half:], y[half:])
            kept[name] = (x[:half], y[:half], x[half:], y[half:])
        subprocess.run(
            ["go", "test", "-count=1", "-run", "^TestInterop$", "./quality/utility"],
            cwd=root, check=True, env={**os.environ, "VERISIM_LEARNERS": folder}, stdout=subprocess.DEVNULL,
        )
        print(f"{'data':10}{'learner':10}{'measure':9}{'theirs':>9}{'ours':>9}{'gap':>9}")
        for name, (x, y, tx, ty) in kept.items():
            scaler = StandardScaler().fit(x)
            fill = lambda a: np.nan_to_num(scaler.transform(a))
            trees = lightgbm.LGBMClassifier(
                n_estimators=100, num_leaves=31, learning_rate=0.1, min_child_samples=20, max_bin=255,
                random_state=0, deterministic=True, num_threads=2, verbose=-1,
            ).fit(x, y)
            theirs = {
                "logistic": LogisticRegression(C=1.0, max_iter=1000).fit(fill(x), y).predict_proba(fill(tx))[:, 1],
                "trees": trees.predict_proba(tx)[:, 1],
            }
            for learner, scores in theirs.items():
                ours = np.fromfile(f"{folder}/{name}.{learner}.scores", dtype="<f8")
                for measure, f in (("AUC", roc_auc_score), ("AP", average_precision_score)):
                    a, b = f(ty, scores), f(ty, ours)
                    bad += abs(a - b) > TOLERANCE
                    print(f"{name:10}{learner:10}{measure:9}{a:9.4f}{b:9.4f}{b - a:+9.4f}")
    if bad:
        print(f"{bad} measures differ by more than {TOLERANCE}", file=sys.stderr)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(speed() if "--speed" in sys.argv[1:] else main())
