using System.Buffers.Binary;
using Appliance.Wire;

namespace Appliance.Flow.Lines;

/// <summary>
/// DHCPv6 as a relay's link shows it (RFC 8415): a REPLY gives addresses and delegated prefixes for a time to the line
/// that the relay's options name, a RELEASE gives them back. Everything else is passed over.
/// </summary>
public sealed class Dhcp6Decoder(LineTally tally)
{
    private const byte ReplyMessage = 7;
    private const byte ReleaseMessage = 8;
    private const byte RelayForward = 12;
    private const byte RelayReply = 13;
    private const int MessageHeaderBytes = 4;
    private const int RelayHeaderBytes = 34;
    private const ushort ClientId = 1;
    private const ushort ServerId = 2;
    private const ushort AddressesOfInterface = 3;
    private const ushort Address = 5;
    private const ushort RelayMessage = 9;
    private const ushort InterfaceId = 18;
    private const ushort DelegatedPrefixes = 25;
    private const ushort Prefix = 26;
    private const ushort RemoteId = 37;
    private const ushort SubscriberId = 38;
    private const uint Forever = uint.MaxValue;
    private const int EnterpriseBytes = 4;

    /// <summary>Decodes one message; false, and counted, where it is no event.</summary>
    /// <param name="bytes">UDP payload.</param>
    /// <param name="heardNs">Raw time.</param>
    /// <param name="into">Overwritten.</param>
    public bool TryDecode(ReadOnlySpan<byte> bytes, long heardNs, LineEvent into)
    {
        into.Clear();
        into.Source = LineSource.Dhcp;
        into.HeardNs = heardNs;
        bool isWhole = true;
        for (int relays = 0; bytes.Length > 0 && bytes[0] is RelayForward or RelayReply; relays++)
        {
            if (relays == Limits.RelaysMax || bytes.Length < RelayHeaderBytes
                || !TryRelay(bytes[RelayHeaderBytes..], into, out bytes))
            {
                isWhole = false;
                break;
            }
        }

        if (!isWhole || bytes.Length < MessageHeaderBytes)
        {
            tally.Malformed++;
            return false;
        }

        return TryMessage(bytes, into);
    }

    private bool TryMessage(ReadOnlySpan<byte> bytes, LineEvent into)
    {
        if (bytes[0] is not (ReplyMessage or ReleaseMessage))
        {
            tally.Other++;
            return false;
        }

        bool isReply = bytes[0] == ReplyMessage;
        ReadOnlySpan<byte> options = bytes[MessageHeaderBytes..];
        while (TryOption(ref options, out ushort code, out ReadOnlySpan<byte> value))
        {
            Take(code, value, isReply, into);
        }

        if (!options.IsEmpty)
        {
            tally.Malformed++;
            return false;
        }

        if (into.Addresses.Count == 0 || into.Session.Length == 0)
        {
            // A reply without bindings: to an information request, or a refusal.
            tally.Other++;
            return false;
        }

        into.Kind = isReply ? LineEventKind.Interim : LineEventKind.Stop;
        tally.Taken++;
        return true;
    }

    /// <summary>Takes the options of one relay and gives the message that it carries.</summary>
    private static bool TryRelay(ReadOnlySpan<byte> options, LineEvent into, out ReadOnlySpan<byte> inner)
    {
        inner = default;
        while (TryOption(ref options, out ushort code, out ReadOnlySpan<byte> value))
        {
            switch (code)
            {
                // The relay next to the line comes last and has the last word.
                case InterfaceId:
                    into.CircuitId = LineText.Of(value);
                    break;
                case RemoteId when value.Length > EnterpriseBytes:
                    into.RemoteId = LineText.Of(value[EnterpriseBytes..]);
                    break;
                case SubscriberId:
                    into.LineName = LineText.Of(value);
                    break;
                case RelayMessage:
                    inner = value;
                    break;
            }
        }

        return options.IsEmpty && !inner.IsEmpty;
    }

    private static void Take(ushort code, ReadOnlySpan<byte> value, bool isReply, LineEvent into)
    {
        switch (code)
        {
            case ClientId:
                into.Session = LineText.Of(value) is { Length: > 0 } ? Convert.ToHexStringLower(value) : "";
                break;
            case ServerId:
                into.Server = Convert.ToHexStringLower(value);
                break;
            case AddressesOfInterface or DelegatedPrefixes when value.Length >= 12:
                TakeBindings(value[12..], isReply, into);
                break;
        }
    }

    private static void TakeBindings(ReadOnlySpan<byte> options, bool isReply, LineEvent into)
    {
        while (TryOption(ref options, out ushort code, out ReadOnlySpan<byte> value))
        {
            // IAADDR: address, preferred, valid. IAPREFIX: preferred, valid, length, prefix.
            bool isAddress = code == Address && value.Length >= 24;
            bool isPrefix = code == Prefix && value.Length >= 25 && value[8] <= 128;
            if (!isAddress && !isPrefix)
            {
                continue;
            }

            uint valid = BinaryPrimitives.ReadUInt32BigEndian(isAddress ? value[20..] : value[4..]);
            IpPrefix held = isAddress
                ? new IpPrefix(Ip.FromBytes(value[..16]), 128)
                : Prefixes.Cut(Ip.FromBytes(value.Slice(9, 16)), value[8]);
            // A reply that takes a binding away gives it for no time.
            if (Prefixes.IsNarrow(held) && (valid != 0 || !isReply) && into.Add(held))
            {
                into.LeaseSeconds = valid == Forever ? 0 : Math.Max(into.LeaseSeconds, valid);
            }
        }
    }

    private static bool TryOption(
        scoped ref ReadOnlySpan<byte> options, out ushort code, out ReadOnlySpan<byte> value)
    {
        code = 0;
        value = default;
        if (options.Length < 4 || BinaryPrimitives.ReadUInt16BigEndian(options[2..]) > options.Length - 4)
        {
            return false;
        }

        code = BinaryPrimitives.ReadUInt16BigEndian(options);
        int length = BinaryPrimitives.ReadUInt16BigEndian(options[2..]);
        value = options.Slice(4, length);
        options = options[(4 + length)..];
        return true;
    }
}
