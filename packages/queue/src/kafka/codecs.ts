/**
 * How batches of records are packed. What we write is zstd; what others wrote is read where Node unpacks it. Whether a
 * batch can be unpacked depends on it alone, so trying again does not help, and who reads says so.
 */
import { promisify } from 'node:util';
import { constants, gunzip, gzip, zstdCompress, zstdDecompress } from 'node:zlib';
import kafkajs from 'kafkajs';
import { QueueError } from '../errors.ts';

const { CompressionCodecs, CompressionTypes } = kafkajs;

interface Codec {
  compress(encoder: { buffer: Buffer }): Promise<Buffer>;
  decompress(buffer: Buffer): Promise<Buffer>;
}

/** Largest batch of records that is unpacked, octets: what a hostile or broken producer may make us hold. */
const maxOutputLength = 256 * 1024 * 1024;

/** By default 16 KiB are unpacked at a time: 100 to 300 KiB took two to five times the CPU so. */
const pieceBytes = (packedBytes: number): number => Math.min(1024 * 1024, Math.max(16 * 1024, packedBytes * 2));

// All of it runs off the event loop.
const zstd = { pack: promisify(zstdCompress), unpack: promisify(zstdDecompress) };
const gz = { pack: promisify(gzip), unpack: promisify(gunzip) };

const unreadable = (what: string, cause?: unknown): QueueError =>
  new QueueError('queue_corrupt', `a batch ${what}`, { cause });

const readable =
  (unpack: (buffer: Buffer) => Promise<Buffer>): Codec['decompress'] =>
  (buffer) =>
    unpack(buffer).catch((error: unknown) => {
      throw unreadable('cannot be unpacked', error);
    });

const refusing = (name: string) => (): Codec => {
  const refuse = (): Promise<Buffer> =>
    Promise.reject(unreadable(`is packed with ${name}, which is not read here: zstd, gzip and none are`));
  return { compress: refuse, decompress: refuse };
};

/** For all clients of kafkajs in this process: it knows the numbers of the codecs and leaves the work to its user. */
export function setCodecs(): void {
  CompressionCodecs[CompressionTypes.ZSTD] = (): Codec => ({
    compress: ({ buffer }) => zstd.pack(buffer, { params: { [constants.ZSTD_c_compressionLevel]: 1 } }),
    decompress: readable((buffer) => zstd.unpack(buffer, { maxOutputLength, chunkSize: pieceBytes(buffer.length) })),
  });
  CompressionCodecs[CompressionTypes.GZIP] = (): Codec => ({
    compress: ({ buffer }) => gz.pack(buffer),
    decompress: readable((buffer) => gz.unpack(buffer, { maxOutputLength, chunkSize: pieceBytes(buffer.length) })),
  });
  CompressionCodecs[CompressionTypes.LZ4] = refusing('lz4');
  CompressionCodecs[CompressionTypes.Snappy] = refusing('snappy');
}
