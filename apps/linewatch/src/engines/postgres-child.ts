/**
 * Becomes the PostgreSQL server: drops root, asks the kernel to send SIGINT (PostgreSQL's fast stop) when the parent dies,
 * then replaces this process, so that the server is the supervisor's own child and never outlives it.
 */
import { dieWithParent } from '../libc.ts';

const [parent = '', binary = '', uid = '', gid = '', ...args] = process.argv.slice(2);
if (uid !== '' && process.setgroups && process.setgid && process.setuid) {
  process.setgroups([]);
  process.setgid(Number(gid));
  process.setuid(Number(uid));
}
dieWithParent('SIGINT', Number(parent));
if (!process.execve) throw new Error('this Node has no process.execve');
process.execve(binary, [binary, ...args], { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' });
