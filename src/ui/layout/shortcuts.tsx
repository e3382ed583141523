/** Keyboard shortcuts that work on every screen. */
import { Kbd, Modal, Table } from "@mantine/core";

const KEYS = [
  ["Alt 1 … 4", "Overview, triggers, models, settings"],
  ["/", "Search in the list that is shown"],
  ["Ctrl S", "Save what is in the form"],
  ["Ctrl Enter", "Fire, save or test what is in the form"],
  ["Esc", "Close a dialog; leave the editor with Esc, then Tab"],
  ["?", "This list"],
] as const;

export function ShortcutsHelp({ is_open, onClose }: { readonly is_open: boolean; readonly onClose: () => void }) {
  return (
    <Modal opened={is_open} onClose={onClose} title="Keys" closeButtonProps={{ "aria-label": "Close" }}>
      <Table>
        <Table.Tbody>
          {KEYS.map(([keys, meaning]) => (
            <Table.Tr key={keys}>
              <Table.Td w={120}>
                <Kbd>{keys}</Kbd>
              </Table.Td>
              <Table.Td>{meaning}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Modal>
  );
}
