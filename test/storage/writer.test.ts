import { Database } from "bun:sqlite";
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { StorageFailure, Writer } from "../../src/storage/writer";

let client: Database;
let lost: StorageFailure[];
beforeEach(() => {
  client = new Database(":memory:");
  client.run("CREATE TABLE notes (id INTEGER PRIMARY KEY, batch INTEGER, text TEXT NOT NULL UNIQUE) STRICT");
  client.run(
    "CREATE TABLE triggers (seq INTEGER PRIMARY KEY, total_runs INTEGER, stored_runs INTEGER, last_fired_at INTEGER)",
  );
  lost = [];
});
afterEach(() => client.close());

/** Syncs of the log that a test lets end, or fail, one by one. */
function controlledSync() {
  const open: PromiseWithResolvers<void>[] = [];
  const started: PromiseWithResolvers<void>[] = [Promise.withResolvers()];
  return {
    syncLog: () => {
      const sync = Promise.withResolvers<void>();
      open.push(sync);
      started.at(-1)!.resolve();
      started.push(Promise.withResolvers());
      return sync.promise;
    },
    /** Settles when the sync of this number (from 0) has begun. */
    begun: (number: number) => started[number]!.promise,
    open,
  };
}

function writerWith(syncLog: () => Promise<void>): Writer {
  return new Writer(client, syncLog, (failure) => lost.push(failure));
}

const insert = (text: string) => (transaction: { client: Database }) =>
  Number(transaction.client.query("INSERT INTO notes (text) VALUES (?)").run(text).lastInsertRowid);

const texts = () =>
  (client.query("SELECT text FROM notes ORDER BY id").all() as { text: string }[]).map((row) => row.text);

describe("a write", () => {
  test("settles only after a sync that began after its commit", async () => {
    const { syncLog, begun, open } = controlledSync();
    const writer = writerWith(syncLog);
    const settled: string[] = [];
    const first = writer.write(insert("first")).then(() => settled.push("first"));
    await begun(0);
    expect(texts()).toEqual(["first"]);
    const second = writer.write(insert("second")).then(() => settled.push("second"));
    await new Promise((resolve) => setImmediate(resolve));
    expect(settled).toEqual([]);
    open[0]!.resolve();
    await first;
    await begun(1);
    expect(settled).toEqual(["first"]);
    open[1]!.resolve();
    await second;
    expect(texts()).toEqual(["first", "second"]);
  });

  test("shares its transaction with those of the same turn, in order", async () => {
    let syncs = 0;
    const writer = writerWith(async () => {
      syncs += 1;
    });
    const ids = await Promise.all(Array.from({ length: 100 }, (_, n) => writer.write(insert(`n${n}`))));
    expect(ids).toEqual(Array.from({ length: 100 }, (_, n) => n + 1));
    expect(syncs).toBe(1);
  });

  test("that throws takes none of its neighbours down, and leaves nothing behind", async () => {
    const writer = writerWith(async () => {});
    const outcomes = await Promise.allSettled([
      writer.write(insert("a")),
      writer.write((transaction) => {
        insert("half")(transaction);
        insert("a")(transaction);
      }),
      writer.write(insert("b")),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
    expect(texts()).toEqual(["a", "b"]);
    expect(lost).toEqual([]);
  });

  test("tells what it made once it is kept, and nothing of what was rolled back", async () => {
    const told: [string, number][] = [];
    const writer = new Writer(
      client,
      async () => {},
      (failure) => lost.push(failure),
      (tallies) => told.push(...tallies),
    );
    const count = (is_good: boolean) =>
      writer.write((transaction) => {
        transaction.tally("ended completed");
        transaction.tally("tick missed", 3);
        if (!is_good) throw new Error("no");
      });
    const settled = await Promise.allSettled([count(true), count(false), count(true)]);
    expect(settled.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
    const sums = new Map<string, number>();
    for (const [what, times] of told) sums.set(what, (sums.get(what) ?? 0) + times);
    expect(Object.fromEntries(sums)).toEqual({ "ended completed": 2, "tick missed": 6 });
  });

  test("that waits for something is refused, and rolled back", async () => {
    const writer = writerWith(async () => {});
    const waiting = writer.write(async (transaction) => insert("late")(transaction));
    await expect(waiting).rejects.toThrow("must be synchronous");
    expect(texts()).toEqual([]);
  });

  test("counts a trigger's runs once for the whole batch", async () => {
    client.run("INSERT INTO triggers VALUES (1, 10, 4, 500), (2, 0, 0, NULL)");
    const writer = writerWith(async () => {});
    const count = (seq: number, at: number) => writer.write((transaction) => transaction.countRun(seq, at));
    await Promise.all([count(1, 400), count(2, 700), count(1, 450), count(2, 600)]);
    expect(client.query("SELECT * FROM triggers ORDER BY seq").values()).toEqual([
      [1, 12, 6, 500],
      [2, 2, 2, 700],
    ]);
  });
});

describe("a sync that fails", () => {
  test("rejects all that it was to cover and every write after it, and tells the process once", async () => {
    const { syncLog, begun, open } = controlledSync();
    const writer = writerWith(syncLog);
    const covered = [writer.write(insert("a")), writer.write(insert("b"))].map((write) =>
      write.catch((error) => error),
    );
    await begun(0);
    open[0]!.reject(new Error("EIO: i/o error, fdatasync"));
    for (const error of await Promise.all(covered)) {
      expect(error).toBeInstanceOf(StorageFailure);
      expect(error.trouble).toBe("lost");
      expect(error.message).toContain("EIO");
    }
    await expect(writer.write(insert("c"))).rejects.toThrow("EIO");
    expect(lost).toHaveLength(1);
    expect(texts()).not.toContain("c");
  });
});

describe("a full disk", () => {
  test("rejects what did not fit, keeps nothing of it, and takes writes again when there is room", async () => {
    const writer = writerWith(async () => {});
    await writer.write(insert("before"));
    client.run("PRAGMA max_page_count = 4");
    const large = writer.write(insert("x".repeat(100_000)));
    const error = await large.catch((reason) => reason);
    expect(error).toBeInstanceOf(StorageFailure);
    expect(error.trouble).toBe("full");
    client.run("PRAGMA max_page_count = 100000");
    await writer.write(insert("after"));
    expect(texts()).toEqual(["before", "after"]);
    expect(lost).toEqual([]);
  });
});
