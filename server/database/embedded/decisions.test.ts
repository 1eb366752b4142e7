import { describe, expect, test } from 'vitest';
import { addressSettings, chooseAddress, connectionUrl } from './address.ts';
import { lastLine } from './initialise.ts';
import { parsePostmasterFile } from './postmaster.ts';
import { candidateUsers } from './system-users.ts';

const PASSWD = [
  'root:x:0:0:root:/root:/bin/bash',
  'games:x:5:60:games:/usr/games:/usr/sbin/nologin',
  'nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin',
  'daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin',
  'ada:x:1000:1000::/home/ada:/bin/bash',
  '',
].join('\n');

describe('the user that PostgreSQL runs as', () => {
  test('is a system user before a person, and never root', () => {
    expect(candidateUsers(PASSWD, 0).map((user) => user.name)).toEqual(['daemon', 'nobody', 'games', 'ada']);
  });

  test('is the owner of the data folder where that is not root', () => {
    expect(candidateUsers(PASSWD, 1000)[0]).toEqual({ name: 'ada', uid: 1000, gid: 1000 });
  });

  test('is nobody where there are no users but root', () => {
    expect(candidateUsers('root:x:0:0:root:/root:/bin/bash\n', 0)).toEqual([]);
    expect(candidateUsers('', 0)).toEqual([]);
  });
});

describe('the address', () => {
  test('is a socket in the data folder, and the URL finds it', async () => {
    const address = await chooseAddress('/srv/my data/postgres');

    expect(address).toEqual({ socketFolder: '/srv/my data/postgres', port: 5432 });
    expect(addressSettings(address)).toMatchObject({ listen_addresses: '' });
    expect(connectionUrl(address, { user: 'u', password: 'p', database: 'd' })).toBe(
      'postgres://u:p@%2Fsrv%2Fmy%20data%2Fpostgres:5432/d',
    );
  });

  test.each(['/srv/a,b/postgres', `/srv/${'ä'.repeat(50)}`])(
    'is a port on loopback for %s',
    async (folder) => {
      const address = await chooseAddress(folder);

      expect(address.socketFolder).toBeUndefined();
      expect(addressSettings(address)).toMatchObject({
        listen_addresses: '127.0.0.1',
        unix_socket_directories: '',
      });
    },
  );
});

describe('postmaster.pid', () => {
  test.each([
    [
      'a server on a socket',
      '12\n/d\n1\n5432\n/s\n\n',
      { pid: 12, address: { port: 5432, socketFolder: '/s' } },
    ],
    ['a server on a port', '12\n/d\n1\n6000\n\n127.0.0.1\n', { pid: 12, address: { port: 6000 } }],
    ['a single-user server', '-12\n/d\n1\n5432\n\n', { pid: 12, address: { port: 5432 } }],
    ['a half-written file', '12\n/d\n', undefined],
    ['an empty file', '', undefined],
    ['something else', 'no\nsuch\nfile\nat\nall\n', undefined],
  ])('of %s', (_, text, expected) => {
    expect(parsePostmasterFile(text)).toEqual(expected);
  });
});

test('the reason for a failed start is the line that PostgreSQL marked', () => {
  expect(lastLine('LOG:  starting\n2026 [1] FATAL:  could not open "x"\nLOG:  gone\n')).toBe(
    'could not open "x".',
  );
  expect(lastLine('initdb: error: no room.\ninitdb: removing')).toBe('no room.');
  expect(lastLine('')).toBe('no reason given.');
});
