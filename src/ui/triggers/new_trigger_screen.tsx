import { Screen } from "../layout/screen";

export default function Placeholder() {
  return <Screen title="new_trigger">{null}</Screen>;
}
