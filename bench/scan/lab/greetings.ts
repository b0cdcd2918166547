/** What a port of a host in the lab says: on connecting, and to the first that is said to it. Texts are latin-1. */
export interface Listener {
  port: number;
  greeting: string;
  reply: string;
  tls: boolean;
}

const listener = (port: number, greeting: string, reply = ''): Listener => ({ port, greeting, reply, tls: false });

function page(server: string, title: string, status = '200 OK'): string {
  const body = `<html><head><title>${title}</title></head><body>${title}</body></html>`;
  const head = ['Content-Type: text/html', `Content-Length: ${body.length}`, 'Connection: close'];
  return [`HTTP/1.1 ${status}`, `Server: ${server}`, ...head, '', body].join('\r\n');
}

export const http = (port: number, server: string, title: string, status?: string) => listener(port, '', page(server, title, status));
export const https = (port: number, server: string, title: string): Listener => ({ ...http(port, server, title), tls: true });
export const ssh = (name = 'OpenSSH_9.2p1 Debian-2+deb12u3') => listener(22, `SSH-2.0-${name}\r\n`);
export const silent = (port: number) => listener(port, '');

export const telnet = listener(23, '\xff\xfd\x18\xff\xfd\x20\xff\xfd\x23\xff\xfd\x27\r\nlogin: ', 'Password: ');
export const smtp = listener(25, '220 mail.site.example ESMTP Postfix (Debian/GNU)\r\n', '250 mail.site.example\r\n');
export const pop3 = listener(110, '+OK Dovecot ready.\r\n', '-ERR\r\n');
export const imap = listener(143, '* OK [CAPABILITY IMAP4rev1 LITERAL+] Dovecot ready.\r\n');
export const ftp = listener(21, '220 (vsFTPd 3.0.3)\r\n', '530 Please login with USER and PASS.\r\n');
export const rtsp = listener(554, '', 'RTSP/1.0 200 OK\r\nCSeq: 0\r\nPublic: OPTIONS, DESCRIBE\r\n\r\n');
/** A printer takes what comes as a page; nmap knows it, and says nothing to this port. */
export const jetdirect = silent(9_100);
export const mysql = listener(3_306, mysqlGreeting('5.7.42-log'));

/** The packet with which a MySQL server begins: protocol 10, its version, a salt and what it can. */
function mysqlGreeting(version: string): string {
  const salt = ['\x1f\x2a\x33\x44\x15\x26\x37\x48', '\x11\x22\x33\x44\x55\x66\x77\x18\x19\x2a\x2b\x2c\0'] as const;
  const body = `\x0a${version}\0\x05\0\0\0${salt[0]}\0\xff\xf7\x08\x02\0\x7f\x80\x15${'\0'.repeat(10)}${salt[1]}mysql_native_password\0`;
  return `${String.fromCharCode(body.length & 255, body.length >> 8, 0)}\0${body}`;
}
