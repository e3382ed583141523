# The client code of the documented API, one snippet after each line with two equals signs and its name. The words are
# the documentation's own; the indentation, which its plain text has lost, is put back.

#== create
import requests
response = requests.post(
    "https://api.jaot.io/api/v2/triggers",
    headers={"Authorization": "Bearer ok_live_..."},
    json={
        "name": "Daily warehouse restock",
        "description": "Runs every morning to optimize warehouse restocking",
        "document_id": "doc_abc123",
        "version_id": "ver_def456",
        "override_schema": [
            {"name": "demand_forecast", "type": "array", "required": True}
        ],
        "webhook_url": "https://your-app.com/webhooks/jaot",
        "webhook_secret": "whsec_your_signing_secret"
    }
)
trigger = response.json()
# Save the trigger_secret -- it will not be shown again
print(f"Trigger ID: {trigger['id']}")
print(f"Secret: {trigger['trigger_secret']}")

#== list
response = requests.get(
    "https://api.jaot.io/api/v2/triggers",
    headers={"Authorization": "Bearer ok_live_..."},
    params={"document_id": "doc_abc123"}
)
triggers = response.json()
for t in triggers:
    print(f"{t['name']} (enabled={t['is_enabled']}, runs={t['total_runs']})")

#== get
response = requests.get(
    "https://api.jaot.io/api/v2/triggers/trg_a1b2c3d4",
    headers={"Authorization": "Bearer ok_live_..."},
)
trigger = response.json()
print(f"{trigger['name']} (runs={trigger['total_runs']})")

#== update
response = requests.patch(
    "https://api.jaot.io/api/v2/triggers/trg_a1b2c3d4",
    headers={"Authorization": "Bearer ok_live_...", "Content-Type": "application/json"},
    json={"name": "Warehouse restock v2", "webhook_url": "https://new-url.com/webhook"},
)

#== delete
response = requests.delete(
    "https://api.jaot.io/api/v2/triggers/trg_a1b2c3d4",
    headers={"Authorization": "Bearer ok_live_..."},
)
# Response: 204 No Content

#== toggle
response = requests.post(
    "https://api.jaot.io/api/v2/triggers/trg_a1b2c3d4/toggle",
    headers={"Authorization": "Bearer ok_live_...", "Content-Type": "application/json"},
    json={"enabled": False},
)
print(response.json())

#== fire
import requests
# Fire with override data (e.g., today's demand forecast)
response = requests.post(
    "https://api.jaot.io/api/v2/triggers/trg_a1b2c3d4/fire",
    headers={"Authorization": "Bearer a3f8b2c1d4e5f6..."},
    json={
        "override_data": {
            "demand_forecast": [120, 85, 200, 150, 90]
        }
    }
)
result = response.json()
print(f"Run ID: {result['run_id']}, Status: {result['status']}")

#== runs
response = requests.get(
    "https://api.jaot.io/api/v2/triggers/trg_a1b2c3d4/runs",
    headers={"Authorization": "Bearer ok_live_..."},
    params={"page": 1, "page_size": 10},
)
runs = response.json()
for run in runs["items"]:
    print(f"{run['id']}: {run['status']}")

#== rerun
response = requests.post(
    "https://api.jaot.io/api/v2/triggers/trg_a1b2c3d4/runs/run_x1y2z3w4/rerun",
    headers={"Authorization": "Bearer ok_live_..."},
)
result = response.json()
print(f"New run: {result['run_id']}")
