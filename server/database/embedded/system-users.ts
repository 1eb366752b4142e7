/** A line of /etc/passwd. */
export type SystemUser = { name: string; uid: number; gid: number };

const PREFERRED = ['postgres', 'daemon', 'nobody'];

/**
 * The users that PostgreSQL may run as, best first: the owner of the data folder, then well-known system users, then
 * any other. initdb looks its user up by number, so that a number without an entry won't do.
 * @param passwd content of /etc/passwd
 * @param ownerUid who owns the data folder
 */
export function candidateUsers(passwd: string, ownerUid: number): SystemUser[] {
  const users = passwd
    .split('\n')
    .map((line) => line.split(':'))
    .map(([name = '', , uid, gid]) => ({ name, uid: Number(uid), gid: Number(gid) }))
    .filter((user) => user.name !== '' && user.uid > 0 && user.gid >= 0);
  const rank = (user: SystemUser) => {
    if (user.uid === ownerUid) return -1;
    const index = PREFERRED.indexOf(user.name);
    return index === -1 ? PREFERRED.length : index;
  };
  return users.toSorted((a, b) => rank(a) - rank(b));
}
