/** Switches a trigger on and off. The switch moves at once, and moves back when the service refuses. */
import { Switch } from "@mantine/core";
import { call } from "../api/client";
import type { TriggerObject } from "../api/objects";
import { useAct } from "../api/queries";
import { useMay } from "../session/session";

export function TriggerSwitch({ trigger }: { readonly trigger: TriggerObject }) {
  const may_edit = useMay("editor");
  const toggle = useAct(
    (enabled: boolean) => call<TriggerObject>("POST", `/triggers/${trigger.id}/toggle`, { enabled }),
    { touches: ["/triggers", "/overview"] },
  );
  const shown = toggle.isPending ? toggle.variables : trigger.is_enabled;
  return (
    <Switch
      checked={shown}
      disabled={!may_edit}
      aria-label={`${trigger.name} is on`}
      onChange={(event) => toggle.mutate(event.currentTarget.checked)}
    />
  );
}
