using System.Buffers.Binary;
using Appliance.Wire;

namespace Appliance.Flow.Lines;

/// <summary>
/// DHCPv4 as a relay's link shows it (RFC 2131, RFC 3046): an ACK gives an address for a time to the line that option
/// 82 names, a RELEASE gives it back. Everything else is passed over.
/// </summary>
public sealed class Dhcp4Decoder(LineTally tally)
{
    private const int FixedBytes = 236;
    private const uint Cookie = 0x6382_5363;
    private const byte Pad = 0;
    private const byte End = 255;
    private const byte LeaseTime = 51;
    private const byte MessageType = 53;
    private const byte ServerId = 54;
    private const byte RelayAgent = 82;
    private const byte Ack = 5;
    private const byte Release = 7;
    private const uint Forever = uint.MaxValue;

    /// <summary>Decodes one message; false, and counted, where it is no event.</summary>
    /// <param name="bytes">UDP payload.</param>
    /// <param name="server">Sender of a reply, receiver of a release.</param>
    /// <param name="heardNs">Raw time.</param>
    /// <param name="into">Overwritten.</param>
    public bool TryDecode(ReadOnlySpan<byte> bytes, Ip server, long heardNs, LineEvent into)
    {
        into.Clear();
        if (bytes.Length < FixedBytes + sizeof(uint)
            || BinaryPrimitives.ReadUInt32BigEndian(bytes[FixedBytes..]) != Cookie)
        {
            tally.Malformed++;
            return false;
        }

        into.Source = LineSource.Dhcp;
        into.HeardNs = heardNs;
        into.Server = server.ToString();
        byte kind = 0;
        if (!TryOptions(bytes[(FixedBytes + sizeof(uint))..], into, ref kind))
        {
            tally.Malformed++;
            return false;
        }

        // An answer to an INFORM gives no address; what the client has stands in another field of a release.
        Ip address = Ip.FromBytes(kind == Release ? bytes.Slice(12, 4) : bytes.Slice(16, 4));
        if (kind is not (Ack or Release) || address.V4 is 0 or uint.MaxValue)
        {
            tally.Other++;
            return false;
        }

        into.Kind = kind == Ack ? LineEventKind.Interim : LineEventKind.Stop;
        into.Add(new IpPrefix(address, 32));
        bool isEthernet = bytes[1] == 1 && bytes[2] == 6;
        into.Mac = isEthernet ? LineText.MacOf(bytes.Slice(28, 6)) : "";
        into.Session = $"{(isEthernet ? into.Mac : Convert.ToHexStringLower(bytes.Slice(28, 16)))}/{address}";
        tally.Taken++;
        return true;
    }

    private static bool TryOptions(ReadOnlySpan<byte> options, LineEvent into, ref byte kind)
    {
        for (int at = 0; at < options.Length;)
        {
            byte code = options[at];
            if (code == End)
            {
                return true;
            }

            if (code == Pad)
            {
                at++;
                continue;
            }

            if (at + 2 > options.Length || at + 2 + options[at + 1] > options.Length)
            {
                return false;
            }

            ReadOnlySpan<byte> value = options.Slice(at + 2, options[at + 1]);
            kind = code == MessageType && value.Length == 1 ? value[0] : kind;
            Take(code, value, into);
            at += 2 + value.Length;
        }

        return kind != 0;
    }

    private static void Take(byte code, ReadOnlySpan<byte> value, LineEvent into)
    {
        if (code == LeaseTime && RadiusReader.TryNumber(value, out uint seconds))
        {
            into.LeaseSeconds = seconds == Forever ? 0 : seconds;
        }
        else if (code == ServerId && value.Length == 4)
        {
            into.Server = Ip.FromBytes(value).ToString();
        }
        else if (code == RelayAgent)
        {
            TakeRelay(value, into);
        }
    }

    /// <summary>Suboptions 1 circuit, 2 remote (RFC 3046 section 2), 6 subscriber (RFC 3993).</summary>
    private static void TakeRelay(ReadOnlySpan<byte> value, LineEvent into)
    {
        while (value.Length >= 2 && value[1] <= value.Length - 2)
        {
            string text = LineText.Of(value.Slice(2, value[1]));
            switch (value[0])
            {
                case 1:
                    into.CircuitId = text;
                    break;
                case 2:
                    into.RemoteId = text;
                    break;
                case 6:
                    into.LineName = text;
                    break;
            }

            value = value[(2 + value[1])..];
        }
    }
}
