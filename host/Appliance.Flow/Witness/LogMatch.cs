using Appliance.Wire;

namespace Appliance.Flow;

/// <summary>Holds one form of a line against a line; what it names goes into an event.</summary>
internal ref struct LogMatch(ReadOnlySpan<byte> line)
{
    private const long SecondNs = 1_000_000_000;
    private readonly ReadOnlySpan<byte> line = line;
    private int at;
    private bool hasRange;

    /// <summary>True where the line has the form. Text after the last part is of no interest.</summary>
    public bool TryMatch(LogTemplate template, ref NatEvent made)
    {
        made = default;
        hasRange = false;
        LogPart[] parts = template.Parts;
        int begin = line.IndexOf(parts[0].Text);
        if (begin < 0)
        {
            return false;
        }

        at = begin + parts[0].Text.Length;
        for (int i = 1; i < parts.Length; i++)
        {
            if (parts[i].Field == LogField.Skip)
            {
                if (!TrySkip(parts, ref i, ref made))
                {
                    return false;
                }
            }
            else if (!TryPart(parts[i], ref made))
            {
                return false;
            }
        }

        return TryFinish(ref made);
    }

    /// <summary>
    /// Goes to the next place where the literal stands and, if a field follows it, that field fits there.
    /// </summary>
    private bool TrySkip(LogPart[] parts, ref int index, ref NatEvent made)
    {
        byte[] literal = parts[index + 1].Text;
        bool hasField = index + 2 < parts.Length && parts[index + 2].Field > LogField.Skip;
        for (int from = at; from <= line.Length;)
        {
            int found = line[from..].IndexOf(literal);
            if (found < 0)
            {
                return false;
            }

            at = from + found + literal.Length;
            if (!hasField || TryPart(parts[index + 2], ref made))
            {
                index += hasField ? 2 : 1;
                return true;
            }

            from += found + 1;
        }

        return false;
    }

    private bool TryPart(LogPart part, ref NatEvent made)
    {
        ReadOnlySpan<byte> rest = line[at..];
        switch (part.Field)
        {
            case LogField.Literal:
                at += part.Text.Length;
                return rest.StartsWith(part.Text);
            case LogField.Word:
                int blank = rest.IndexOf((byte)' ');
                int length = blank < 0 ? rest.Length : blank;
                at += length;
                return length > 0;
            case LogField.Inside:
                return TryAddress(rest, ref made.InsideAddress);
            case LogField.Public:
                return TryAddress(rest, ref made.PublicAddress);
            case LogField.Remote:
                return TryAddress(rest, ref made.RemoteAddress);
            case LogField.PublicRemote:
                return TryAddress(rest, ref made.PublicRemote);
            case LogField.Protocol:
                return TryProtocol(rest, ref made.Protocol);
            default:
                return TryNumber(part.Field, rest, ref made);
        }
    }

    private bool TryAddress(ReadOnlySpan<byte> rest, ref Ip address)
    {
        bool isRead = LogText.TryAddress(rest, out Ip read, out int used);

        // The same side named twice must be the same.
        bool isSame = address.IsNone || address == read;
        address = read;
        at += used;
        return isRead && isSame;
    }

    private bool TryProtocol(ReadOnlySpan<byte> rest, ref byte protocol)
    {
        if (LogText.TryNumber(rest, byte.MaxValue, out ulong number, out int used))
        {
            protocol = (byte)number;
            at += used;
            return true;
        }

        // Longer names first: ICMPv6 begins as ICMP does.
        protocol = StartsWith(rest, "ICMPv6") ? (byte)58 : StartsWith(rest, "ICMP") ? (byte)1
            : StartsWith(rest, "TCP") ? (byte)6 : StartsWith(rest, "UDP") ? (byte)17 : (byte)0;
        at += protocol switch { 58 => 6, 1 => 4, _ => 3 };
        return protocol != 0;
    }

    private static bool StartsWith(ReadOnlySpan<byte> text, string name) => text.Length >= name.Length
        && System.Text.Ascii.EqualsIgnoreCase(text[..name.Length], name);

    private bool TryNumber(LogField field, ReadOnlySpan<byte> rest, ref NatEvent made)
    {
        ulong value;
        int used;
        bool isRead = field == LogField.HexEpoch
            ? LogText.TryHex(rest, out value, out used)
            : LogText.TryNumber(rest, MostOf(field), out value, out used);
        at += used;
        return isRead && Set(field, value, ref made);
    }

    private static ulong MostOf(LogField field) => field switch
    {
        LogField.Number => ulong.MaxValue,
        LogField.Vrf or LogField.Epoch => uint.MaxValue,
        _ => ushort.MaxValue,
    };

    private bool Set(LogField field, ulong value, ref NatEvent made)
    {
        switch (field)
        {
            case LogField.InsidePort:
                bool isSame = made.InsidePort == 0 || made.InsidePort == value;
                made.InsidePort = (ushort)value;
                return isSame;
            case LogField.PublicPort:
                made.PublicPort = (ushort)value;
                return true;
            case LogField.PublicLast:
                made.PublicPortLast = (ushort)value;
                hasRange = true;
                return true;
            case LogField.RemotePort:
                made.RemotePort = (ushort)value;
                return true;
            case LogField.Vrf:
                made.Vrf = (uint)value;
                return true;
            case LogField.Epoch or LogField.HexEpoch:
                made.StampNs = value <= uint.MaxValue ? (long)value * SecondNs : 0;
                made.StampStepNs = SecondNs;
                return true;
            default:
                return true;
        }
    }

    private readonly bool TryFinish(ref NatEvent made)
    {
        if (!hasRange)
        {
            // A line that names no port at all gives the whole address away.
            bool isWhole = !made.PublicAddress.IsNone && made.PublicPort == 0 && made.InsidePort == 0
                && made.Protocol == 0;
            made.PublicPortLast = isWhole ? ushort.MaxValue : made.PublicPort;
        }

        made.PublicRemote = made.PublicRemote.IsNone ? made.RemoteAddress : made.PublicRemote;
        return made.PublicPortLast >= made.PublicPort;
    }
}
