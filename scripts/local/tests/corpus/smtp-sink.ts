import { createServer } from 'node:net';

/** An SMTP server that accepts every mail and stores none. */
export async function startSmtpSink(port = 0): Promise<{ port: number; close(): Promise<void> }> {
  const server = createServer((socket) => {
    let inMessage = false;
    let rest = '';
    const answer = (line: string): string => {
      if (inMessage) {
        if (line !== '.') return '';
        inMessage = false;
        return '250 taken';
      }
      const command = line.slice(0, 4).toUpperCase();
      if (command === 'DATA') {
        inMessage = true;
        return '354 go on';
      }
      if (command === 'QUIT') {
        socket.end('221 bye\r\n');
        return '';
      }
      return '250 yes';
    };
    socket.setEncoding('utf8');
    socket.on('error', () => {});
    socket.write('220 sink\r\n');
    socket.on('data', (text: string) => {
      const lines = (rest + text).split('\r\n');
      rest = lines.pop() ?? '';
      for (const reply of lines.map(answer)) if (reply) socket.write(`${reply}\r\n`);
    });
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const address = server.address();
  return {
    port: typeof address === 'object' && address ? address.port : port,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
