using System.Buffers.Text;

namespace Appliance.Lab.Traffic;

/// <summary>
/// What application gateways of a NAT rewrite (RFC 2663 section 2.9): FTP commands with the line's own address
/// (RFC 959 section 4.1.2), SIP messages with it (RFC 3261 section 8.1.1.7). The address is the one that the leg
/// shows, so the text may be longer on one leg than on the other.
/// </summary>
internal static class GatewayText
{
    private const int PortCommandEvery = 2;

    /// <summary>The flow's command of the number, from 0; returns its length.</summary>
    public static int Command(in FlowSpec flow, int number, bool outside, Span<byte> to)
    {
        Writer text = new(to);
        int turn = (flow.Seed & 1) == 0 ? number - 2 : number;
        if (turn == -2)
        {
            text.Add("USER line"u8);
            text.Add((uint)(flow.Seed >> 32));
        }
        else if (turn == -1)
        {
            text.Add("PASS "u8);
            text.Add((uint)(flow.Seed >> 16));
        }
        else if (turn % PortCommandEvery == 0)
        {
            uint port = (ushort)(Prng.Mix(flow.Seed, (ulong)((number * 2) + (outside ? 1 : 0))) | 0x8000);
            text.Add("PORT "u8);
            text.Add(Address(flow, outside), (byte)',');
            text.Add(","u8);
            text.Add(port >> 8);
            text.Add(","u8);
            text.Add(port & 0xFF);
        }
        else
        {
            text.Add("RETR file"u8);
            text.Add((uint)Prng.Mix(flow.Seed, (ulong)number) % 100_000);
        }

        text.Add("\r\n"u8);
        return text.Length;
    }

    /// <summary>The server's reply of the number; 0 greets.</summary>
    public static int Reply(in FlowSpec flow, int number, Span<byte> to)
    {
        Writer text = new(to);
        text.Add(number == 0 ? "220 server "u8 : "200 done "u8);
        text.Add((uint)Prng.Mix(flow.Seed, 0x7265_706C + (ulong)number));
        text.Add("\r\n"u8);
        return text.Length;
    }

    /// <summary>A request of the line, or the answer, which repeats its Via.</summary>
    public static int Sip(in FlowSpec flow, uint number, bool isAnswer, bool outside, Span<byte> to)
    {
        Writer text = new(to);
        text.Add(isAnswer ? "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP "u8
            : "OPTIONS sip:registrar.example SIP/2.0\r\nVia: SIP/2.0/UDP "u8);
        text.Add(Address(flow, outside), (byte)'.');
        text.Add(":"u8);
        text.Add(outside ? flow.PublicPort : flow.SubscriberPort);
        text.Add(";branch=z9hG4bK"u8);
        text.Add((uint)Prng.Mix(flow.Seed, number / 2));
        text.Add("\r\nCall-ID: "u8);
        text.Add((uint)(flow.Seed >> 8));
        text.Add("\r\nCSeq: "u8);
        text.Add((number / 2) + 1);
        text.Add(" OPTIONS\r\nContact: <sip:line@"u8);
        text.Add(Address(flow, outside), (byte)'.');
        text.Add(">\r\nContent-Length: 0\r\n\r\n"u8);
        return text.Length;
    }

    private static uint Address(in FlowSpec flow, bool outside) =>
        outside ? flow.PublicAddress : flow.SubscriberAddress;

    private ref struct Writer(Span<byte> to)
    {
        private readonly Span<byte> room = to;

        public int Length { get; private set; }

        public void Add(ReadOnlySpan<byte> text)
        {
            text.CopyTo(room[Length..]);
            Length += text.Length;
        }

        public void Add(uint number)
        {
            Utf8Formatter.TryFormat(number, room[Length..], out int written);
            Length += written;
        }

        public void Add(uint address, byte between)
        {
            for (int shift = 24; shift >= 0; shift -= 8)
            {
                Add((address >> shift) & 0xFF);
                if (shift > 0)
                {
                    room[Length++] = between;
                }
            }
        }
    }
}
