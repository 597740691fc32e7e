/**
 * Becomes the PostgreSQL server: drops root, asks the kernel to send SIGINT (PostgreSQL's fast stop) when the parent dies,
 * then replaces this process, so that the server is the supervisor's own child and never outlives it.
 */
import { DataType } from 'ffi-rs';
import { libc } from '../libc.ts';

const [binary = '', uid = '', gid = '', ...args] = process.argv.slice(2);
if (uid !== '' && process.setgroups && process.setgid && process.setuid) {
  process.setgroups([]);
  process.setgid(Number(gid));
  process.setuid(Number(uid));
}
if (process.platform === 'linux') {
  const prSetParentDeathSignal = 1;
  const sigint = 2;
  // After the change of user: that clears the setting (prctl(2)).
  const types = [DataType.I32, DataType.I64, DataType.I64, DataType.I64, DataType.I64];
  libc('prctl', types, [prSetParentDeathSignal, sigint, 0, 0, 0]);
  // The parent may have died before the call.
  if (process.ppid === 1) process.exit(1);
}
if (!process.execve) throw new Error('this Node has no process.execve');
process.execve(binary, [binary, ...args], { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' });
