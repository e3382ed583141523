/** The actions on a run: cancel it, or fire it again with the same or edited data. */
import { Button } from "@mantine/core";
import { useLocation } from "wouter";
import { call } from "../api/client";
import type { RunObject } from "../api/objects";
import { useAct } from "../api/queries";
import type { Draft } from "../inputs/override_form";
import { useMay } from "../session/session";
import { handFireDraft } from "../triggers/tabs/fire_drafts";

export function RunActions({ run }: { readonly run: RunObject }) {
  const [, go] = useLocation();
  const may_fire = useMay("solver");
  const path = `/triggers/${run.trigger_id}/runs/${run.id}`;
  const touches = [`/triggers/${run.trigger_id}`, "/overview"];
  const cancel = useAct(() => call<RunObject>("POST", `${path}/cancel`), { touches, done: "The run is being stopped" });
  const rerun = useAct(() => call<{ run_id: string }>("POST", `${path}/rerun`), {
    touches,
    onDone: ({ run_id }) => go(`/triggers/${run.trigger_id}/runs/${run_id}`),
  });
  if (!may_fire) return null;
  if (run.status === "queued" || run.status === "running") {
    return (
      <Button variant="default" loading={cancel.isPending} onClick={() => cancel.mutate(undefined)}>
        Cancel the run
      </Button>
    );
  }
  const edit = () => {
    handFireDraft(run.trigger_id, (run.override_data as Draft | null) ?? {});
    go(`/triggers/${run.trigger_id}`);
  };
  return (
    <>
      <Button variant="default" loading={rerun.isPending} onClick={() => rerun.mutate(undefined)}>
        Rerun
      </Button>
      <Button variant="default" onClick={edit}>
        Edit and rerun
      </Button>
    </>
  );
}
