"""Processor time of ydata-profiling over an Arrow file, one process and one
thread, the table in memory before the clock starts. quality_bench.py runs it
with a Python that has the package, which wants an older pandas than ours:

    python -m venv ydata && ydata/bin/pip install ydata-profiling==4.18.4 pyarrow==26.0.1
"""

import os
import sys
import time
import warnings

os.environ["OMP_NUM_THREADS"] = "1"
warnings.filterwarnings("ignore")

import pandas
import pyarrow as pa
from ydata_profiling import ProfileReport, __version__

frame = pa.ipc.open_file(sys.argv[1]).read_all().to_pandas()
print("version", f"{__version__} on pandas {pandas.__version__}", sep="\t")
for name, minimal in (("minimal", True), ("default", False)):
    before = time.process_time()
    ProfileReport(frame, minimal=minimal, progress_bar=False, pool_size=1).get_description()
    print(name, time.process_time() - before, sep="\t", flush=True)
