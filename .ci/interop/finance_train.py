"""Train independent learners on an exported finance world, twice.

    verisim generate finance --preset ecom --customers 60000 --days 60 -o out/ecom
    python3 .ci/interop/finance_train.py out/ecom --bands

First on the handbook's features and split (Le Borgne et al., "Reproducible
Machine Learning for Credit Card Fraud Detection", 2022, chapters 3 and 5):
amount, night, weekend, counts and mean amounts of the customer, counts and risk
of the place over 1, 7 and 30 days with a delay of 7; train 7 days, wait 7, test
7. With --bands the areas under the curve must lie in the bands of R2 that
synth/finance/MODEL.md states, within the scatter of a week's test, and that is
all. Without it, a second time on all columns that a bank would have.

Needs pyarrow, pandas, numpy and scikit-learn; LightGBM where it is installed.
"""
import sys
import numpy as np
import pandas as pd
import pyarrow as pa
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

DAY = 86_400


def rolling(entity, seconds, values, days, delay=0):
    """Count and sum of an entity's values in the days before each row."""
    order = np.lexsort((seconds, entity))
    e, t, v = entity[order], seconds[order], values[order]
    total = np.concatenate([[0], np.cumsum(v)])
    key = e.astype(np.float64) * 1e9 + t
    hi = np.searchsorted(key, key - delay * DAY, side="left")
    lo = np.searchsorted(key, key - (delay + days) * DAY, side="left")
    first = np.searchsorted(e, e, side="left")
    lo, hi = np.maximum(lo, first), np.maximum(hi, first)
    count, amount = np.empty(len(e)), np.empty(len(e))
    count[order], amount[order] = hi - lo, total[hi] - total[lo]
    return count, amount


def clock(tx):
    t = tx.timestamp.astype("int64").to_numpy() // (10**6 if tx.timestamp.dtype == "datetime64[us, UTC]" else 10**9)
    return t


def windows(f, name, entity, seconds, amount, label=None):
    for days in (1, 7, 30):
        if label is None:
            n, s = rolling(entity, seconds, amount, days)
            f[f"{name}_n{days}"], f[f"{name}_mean{days}"] = n, s / np.maximum(n, 1)
        else:
            n, s = rolling(entity, seconds, label, days, delay=7)
            f[f"{name}_n{days}"], f[f"{name}_risk{days}"] = n, s / np.maximum(n, 1)


def handbook(tx, label):
    """The features of chapter 3, with the place being the terminal, or the
    merchant where there is none."""
    t = clock(tx)
    amount = tx.amount.to_numpy()
    customer = pd.factorize(tx.customer_id)[0]
    place = pd.factorize(tx.terminal_id.fillna(-tx.merchant_id.astype("float64")))[0]
    f = {"amount": amount, "hour": t // 3600 % 24, "night": t % DAY <= 6 * 3600, "weekend": (t // DAY + 3) % 7 >= 5}
    t = t - t[0]
    windows(f, "customer", customer, t, amount)
    windows(f, "place", place, t, amount)
    windows(f, "delayed", place, t, amount, label)
    return pd.DataFrame(f).astype(float)


def everything(tx, label):
    f = handbook(tx, label)
    f["abroad"] = (tx.country.astype(str) != tx.card_country.astype(str)).astype(float)
    for c in ("mcc", "type", "channel", "entry_mode", "three_ds", "cvv", "result", "country"):
        f[c] = tx[c].cat.codes.astype(float)
    return f


# The bands of AUC that MODEL.md states for streams of 25 frauds in 10,000.
BANDS = {"logistic": (.78, .83), "boosting": (.89, .93), "lightgbm": (.89, .93)}


def train_all(name, x, y, train, test, bands):
    print(name)
    learners = {
        "logistic": make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000)),
        "forest": RandomForestClassifier(100, min_samples_leaf=5, n_jobs=2, random_state=1),
        "boosting": HistGradientBoostingClassifier(learning_rate=.05, max_leaf_nodes=8, max_iter=150, min_samples_leaf=50, l2_regularization=5, random_state=1),
    }
    try:
        from lightgbm import LGBMClassifier
        learners["lightgbm"] = LGBMClassifier(n_estimators=150, learning_rate=.05, num_leaves=8, min_child_samples=50, reg_lambda=5, n_jobs=2, verbose=-1)
    except ImportError:
        pass
    outside = []
    for kind, m in learners.items():
        m.fit(x[train], y[train])
        p = m.predict_proba(x[test])[:, 1]
        auc, said = roc_auc_score(y[test], p), ""
        if bands and kind in BANDS:
            low, high = BANDS[kind]
            # Hanley and McNeil 1982: the standard error of an area, two of them.
            n1, n0 = y[test].sum(), (1 - y[test]).sum()
            q1, q2 = auc / (2 - auc), 2 * auc * auc / (1 + auc)
            se = ((auc * (1 - auc) + (n1 - 1) * (q1 - auc * auc) + (n0 - 1) * (q2 - auc * auc)) / (n1 * n0)) ** .5
            said = f"  band {low} to {high}, 2 standard errors {2 * se:.3f}"
            if not low - 2 * se <= auc <= high + 2 * se:
                outside.append(kind)
        print(f"  {kind:9} AUC {auc:.3f}  AP {average_precision_score(y[test], p):.3f}{said}")
    return outside


def main(folder, bands):
    with pa.memory_map(folder + "/transactions.arrow") as src:
        tx = pa.ipc.open_file(src).read_pandas()
    y = tx.is_fraud.to_numpy().astype(float)
    t = clock(tx)
    day = (t - t[0]) // DAY
    last = day.max()
    test = day > last - 7
    train = (day > last - 21) & (day <= last - 14)
    print(f"rows {len(y)}, prevalence {y.mean():.5f}, train {int(y[train].sum())} of {train.sum()}, test {int(y[test].sum())} of {test.sum()}")
    x = handbook(tx, y)
    outside = train_all("the handbook's features", x, y, train, test, bands)
    if outside:
        sys.exit(f"outside the stated bands: {', '.join(outside)}")
    if bands:
        return
    x = everything(tx, y)
    best = max((max(a, 1 - a), c) for c in x.columns for a in [roc_auc_score(y[test], x[c][test])] if "_" not in c)
    print(f"best raw column: {best[1]}, AUC {best[0]:.3f}")
    train_all("all columns", x, y, train, test, False)


if __name__ == "__main__":
    main(sys.argv[1], "--bands" in sys.argv[2:])
