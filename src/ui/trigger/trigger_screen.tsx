import { Screen } from "../layout/screen";

export default function TriggerScreen({ trigger_id }: { readonly trigger_id: string; readonly tab: string }) {
  return <Screen title={trigger_id}>{null}</Screen>;
}
