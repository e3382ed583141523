/** A button that asks for confirmation before an action that cannot be undone. */
import { Button, Group, Modal, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import type { ReactNode } from "react";

export function Confirm(props: {
  readonly label: string;
  readonly title: string;
  readonly act: () => void;
  readonly is_busy?: boolean;
  readonly children: ReactNode;
}) {
  const [is_asking, asking] = useDisclosure(false);
  return (
    <>
      <Button size="xs" variant="default" onClick={asking.open} loading={props.is_busy ?? false}>
        {props.label}
      </Button>
      <Modal opened={is_asking} onClose={asking.close} title={props.title} closeButtonProps={{ "aria-label": "Close" }}>
        <Text component="div">{props.children}</Text>
        <Group justify="flex-end" mt="md" gap="xs">
          <Button variant="default" onClick={asking.close} data-autofocus>
            Keep it
          </Button>
          <Button
            color="red.9"
            onClick={() => {
              asking.close();
              props.act();
            }}
          >
            {props.label}
          </Button>
        </Group>
      </Modal>
    </>
  );
}
