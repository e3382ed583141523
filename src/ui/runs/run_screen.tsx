import { Screen } from "../layout/screen";

export default function RunScreen({ run_id }: { readonly trigger_id: string; readonly run_id: string }) {
  return <Screen title={run_id}>{null}</Screen>;
}
