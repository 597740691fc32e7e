declare module 'node-netflowv9' {
  /** What the bench uses of the peer. */
  export default class NetFlowV9 {
    constructor(options: { cb: (packet: unknown) => void });
    readonly server: { close(): void };
    nfPktDecode(
      datagram: Buffer,
      from: { readonly address: string; readonly port: number },
    ): { readonly flows?: readonly unknown[] } | undefined;
  }
}
