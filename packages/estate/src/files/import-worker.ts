/** The thread of `importApart`. */
import { parentPort, workerData } from 'node:worker_threads';
import { createLogger, describe } from '@linewatch/service';
import { openDatabase } from '../database.ts';
import { EstateError } from '../errors.ts';
import { createRecords } from '../records/create.ts';
import { createSealer } from '../records/seal.ts';
import type { Apart, Told } from './apart.ts';
import { importFile } from './import.ts';
import { importPorts } from './lookups.ts';

const { database: options, secretKey, request } = workerData as Apart;
const database = openDatabase({ ...options, logger: createLogger('estate', 'warn') });
const records = createRecords(database, createSealer(secretKey));

async function answer(): Promise<Told> {
  try {
    return { result: await importFile(importPorts(database, records), request) };
  } catch (error) {
    return error instanceof EstateError
      ? { failed: { code: error.code, message: error.message } }
      : { broke: describe(error) };
  }
}

const told = await answer();
await database.close();
parentPort!.postMessage(told);
