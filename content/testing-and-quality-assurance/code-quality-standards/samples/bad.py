"""A sample that must fail: each line below breaks a rule; expected.csv says which."""
import os
import subprocess
import hashlib
from datetime import datetime

def pay(invoice, amounts=[], *, a=1, b=2, c=3, d=4, e=5):
    now = datetime.now()
    print(now)
    digest = hashlib.md5(invoice.encode()).hexdigest()
    try:
        subprocess.run("pay " + invoice, shell=True)
    except Exception:
        pass
    # total = sum(amounts)
    query = f"select * from invoices where id = '{invoice}'"
    if amounts == None: return undefined_name  # noqa
    return digest, query
