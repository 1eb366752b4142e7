import type { Finding } from './finding.ts';
import { findingsOf, size } from './finding.ts';

/** Of the embedded shape: the folder and the database in it. */
export type DataFolderFacts = {
  path: string;
  exists: boolean;
  isWritable: boolean;
  freeBytes: number | null;
  /** The process in the lock file, where it lives. */
  lockedBy: number | null;
  /** What the database in the folder says; `stopped` where none runs. */
  database: 'stopped' | 'ready' | 'busy' | 'absent' | 'wrong-password' | 'no-password-file';
};

const LITTLE_BYTES = 1e9;
const TOO_LITTLE_BYTES = 200e6;

export function judgeDataFolder(facts: DataFolderFacts): Finding[] {
  return [...judgeFolder(facts), ...judgeSpace(facts), judgeDatabase(facts)];
}

function judgeFolder({ path, exists, isWritable }: DataFolderFacts): Finding[] {
  const { ok, warning, broken } = findingsOf('data folder');
  if (!exists)
    return [warning(`${path} is not there yet`, 'npm start makes it; or set DATA_DIR to where it is')];
  if (isWritable) return [ok(`${path} is writable`)];
  return [broken(`${path} is not writable`, 'change its owner to the user that runs this')];
}

function judgeSpace({ freeBytes }: DataFolderFacts): Finding[] {
  const { ok, warning, broken } = findingsOf('disk');
  if (freeBytes === null) return [];
  const text = `${size(freeBytes)} free for the data folder`;
  const todo = 'make room, or shorten the retention under Settings → Data';
  if (freeBytes < TOO_LITTLE_BYTES) return [broken(text, todo)];
  return [freeBytes < LITTLE_BYTES ? warning(text, todo) : ok(text)];
}

function judgeDatabase({ lockedBy, database }: DataFolderFacts): Finding {
  const { ok, warning, broken } = findingsOf('embedded database');
  switch (database) {
    case 'ready':
      return lockedBy === null
        ? warning('runs, but the process that started it is gone', 'npm start takes it over, nothing is lost')
        : ok(`answers, used by process ${lockedBy}`);
    case 'stopped':
      return lockedBy === null
        ? warning('is stopped, so what is in it was not looked at', 'npm start, then run doctor again')
        : broken(`does not run, though process ${lockedBy} holds the folder`, 'see its log and restart it');
    case 'busy':
      return warning('starts, recovers or stops', 'wait a moment and run doctor again');
    case 'absent':
      return broken('runs but does not listen', 'stop Replygraph and start it again');
    case 'wrong-password':
    case 'no-password-file':
      return broken(
        'does not take the password in postgres-passwords.json',
        'stop Replygraph, remove that file if it is there, start again: new ones are set',
      );
  }
}
