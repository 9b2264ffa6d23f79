"""What a client does in its first hour: read, page, pay once, subscribe, verify.

    API_URL=… API_KEY=… python3 quickstart.py
"""

import os
import uuid

import harbourline


# ANCHOR: quickstart
def main(client):
    print("organisation:", client.organisation()["name"])

    unpaid = list(client.invoices(status="open"))
    print("open invoices:", len(unpaid))

    # Write this key beside the invoice in your own database before you call.
    key = str(uuid.uuid4())
    payment = client.pay_invoice(unpaid[0]["id"], idempotency_key=key)
    again = client.pay_invoice(unpaid[0]["id"], idempotency_key=key)
    print("payment begun:", payment["status"], "| the same answer again:", payment == again)

    try:
        client.pay_invoice(unpaid[0]["id"], idempotency_key=str(uuid.uuid4()))
    except harbourline.ApiError as error:
        print("refused:", error.status, error.code, "| try again later:", error.retryable)

    endpoint = client.create_webhook_endpoint("https://hooks.client.example/billing", ["invoice.paid"],
                                              idempotency_key=str(uuid.uuid4()))
    print("webhook secret begins with:", endpoint["secret"][:6])
# ANCHOR_END: quickstart


if __name__ == "__main__":
    main(harbourline.Client(os.environ["API_KEY"], url=os.environ.get("API_URL", harbourline.API_URL)))
