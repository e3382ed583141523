/** The fields that a fire can give, from the trigger's schema and the inputs of its pinned version. */
import { useMemo } from "react";
import type { InputDeclaration, TriggerObject } from "../../api/objects";
import { useGet } from "../../api/queries";
import { type FormField, formFields, type OverrideField } from "../../inputs/fields";

export function useFields(trigger: TriggerObject) {
  const path = `/builder/${trigger.document_id}/versions/${trigger.version_id}/inputs`;
  const inputs = useGet<{ inputs: InputDeclaration[] }>(path, { stale_ms: Number.POSITIVE_INFINITY });
  const { override_schema } = trigger;
  const fields = useMemo<readonly FormField[] | null>(
    () =>
      inputs.data === undefined
        ? null
        : formFields(override_schema as readonly OverrideField[] | null, inputs.data.inputs),
    [inputs.data, override_schema],
  );
  return { fields, inputs };
}
