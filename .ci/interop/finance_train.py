"""Train independent learners on an exported finance world and print the bands.

    verisim generate finance --preset ecom --customers 60000 --days 60 -o out/ecom
    python3 .ci/interop/finance_train.py out/ecom

Features and split follow Le Borgne et al., "Reproducible Machine Learning for
Credit Card Fraud Detection" (2022), chapters 3 and 5: counts and mean amounts
of the customer over 1, 7 and 30 days, counts and risk of the merchant with a
delay of 7 days, train 7 days, wait 7, test 7. Needs pyarrow, pandas, numpy and
scikit-learn; LightGBM is used as well where it is installed.
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


def features(tx):
    t = tx.timestamp.astype("int64").to_numpy() // (10**6 if tx.timestamp.dtype == "datetime64[us, UTC]" else 10**9)
    t = t - t[0]
    label = tx.is_fraud.to_numpy().astype(float)
    amount = tx.amount.to_numpy()
    customer = pd.factorize(tx.customer_id)[0]
    merchant = pd.factorize(tx.merchant_id)[0]
    f = {"amount": amount, "hour": t // 3600 % 24, "weekend": (t // DAY) % 7 >= 5, "abroad": tx.country.astype(str) != tx.card_country.astype(str)}
    for c in ("mcc", "type", "channel", "entry_mode", "three_ds", "cvv", "result", "country"):
        f[c] = tx[c].cat.codes
    for days in (1, 7, 30):
        n, s = rolling(customer, t, amount, days)
        f[f"customer_n{days}"], f[f"customer_mean{days}"] = n, s / np.maximum(n, 1)
        n, s = rolling(merchant, t, label, days, delay=7)
        f[f"merchant_n{days}"], f[f"merchant_risk{days}"] = n, s / np.maximum(n, 1)
    return pd.DataFrame(f).astype(float), t // DAY, label


def main(folder):
    with pa.memory_map(folder + "/transactions.arrow") as src:
        tx = pa.ipc.open_file(src).read_pandas()
    x, day, y = features(tx)
    last = day.max()
    test = day > last - 7
    train = (day > last - 21) & (day <= last - 14)
    print(f"rows {len(y)}, prevalence {y.mean():.5f}, train {int(y[train].sum())} of {train.sum()}, test {int(y[test].sum())} of {test.sum()}")
    best = max((max(a, 1 - a), c) for c in x.columns for a in [roc_auc_score(y[test], x[c][test])] if "_" not in c)
    print(f"best raw column: {best[1]}, AUC {best[0]:.3f}")
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
    for name, m in learners.items():
        m.fit(x[train], y[train])
        p = m.predict_proba(x[test])[:, 1]
        print(f"{name:9} AUC {roc_auc_score(y[test], p):.3f}  AP {average_precision_score(y[test], p):.3f}")


if __name__ == "__main__":
    main(sys.argv[1])
