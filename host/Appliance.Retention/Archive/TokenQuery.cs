using System.Buffers.Binary;
using System.Text;
using Appliance.Wire;

namespace Appliance.Retention.Archive;

/// <summary>What a filter token is made of; the number stands in front of the hashed value.</summary>
internal enum TokenField : byte
{
    /// <summary>Public address and port of a flow.</summary>
    PublicEndpoint = 1,

    /// <summary>Public address of a flow or a block, whatever the port.</summary>
    PublicAddress = 2,

    /// <summary>Public address that a block of ports was given of.</summary>
    BlockAddress = 3,

    /// <summary>Subscriber reference of a flow or a session.</summary>
    Subscriber = 4,

    /// <summary>Inside address of a flow, a block or a session.</summary>
    InsideAddress = 5,

    /// <summary>Address or prefix that a session holds, cut to one of <see cref="TokenQuery.PrefixLengths"/>.</summary>
    InsidePrefix = 6,

    /// <summary>Remote address of a flow.</summary>
    RemoteAddress = 7,

    /// <summary>Service name of a flow.</summary>
    Service = 8,
}

/// <summary>
/// One thing that a question looks for. An archive uses it to pass over batches that cannot have it; what it gives may
/// still not have it (a filter says "perhaps"), so the reader of the rows looks again.
/// </summary>
internal sealed record TokenQuery
{
    /// <summary>
    /// Lengths, in bits of the 16-byte form, to which the prefix of a session is cut for its token: any length has
    /// one at or below it, so a question for an address asks for these few only.
    /// </summary>
    internal static readonly int[] PrefixLengths = [0, 32, 48, 56, 64, 104, 112, 120];

    private TokenQuery(params Token[] tokens) => Tokens = tokens;

    /// <summary>Any of these tokens in a batch makes it one that may answer.</summary>
    public IReadOnlyList<Token> Tokens { get; }

    /// <summary>Flows with this public address and port, and blocks of this address.</summary>
    public static TokenQuery PublicEndpoint(Ip address, ushort port) => new(
        Token.Of(TokenField.PublicEndpoint, address, port), Token.Of(TokenField.BlockAddress, address));

    /// <summary>Flows and blocks with this public address.</summary>
    public static TokenQuery PublicAddress(Ip address) => new(Token.Of(TokenField.PublicAddress, address));

    /// <summary>Flows and sessions of this subscriber reference.</summary>
    public static TokenQuery Subscriber(string reference) => new(Token.Of(TokenField.Subscriber, reference));

    /// <summary>Flows and blocks with this inside address, and sessions whose address or prefix holds it.</summary>
    public static TokenQuery Inside(Ip address) =>
        new([Token.Of(TokenField.InsideAddress, address), .. SessionOf(address).Tokens]);

    /// <summary>Sessions whose address or prefix holds it, and not the many flows from it.</summary>
    public static TokenQuery SessionOf(Ip address)
    {
        var tokens = new List<Token>();
        foreach (int length in PrefixLengths)
        {
            tokens.Add(Token.OfPrefix(address, length));
        }

        return new TokenQuery([.. tokens]);
    }

    /// <summary>Flows to this remote address; a token of the contact section.</summary>
    public static TokenQuery Remote(Ip address) => new(Token.Of(TokenField.RemoteAddress, address));

    /// <summary>Flows to this service, the whole name as it is recorded; a token of the contact section.</summary>
    public static TokenQuery Service(string name) => new(Token.Of(TokenField.Service, name));
}

/// <summary>A field and its value as they are hashed: the field's number, then the value's bytes.</summary>
/// <param name="Section">1 attribution, 2 contact: whose key makes the token.</param>
/// <param name="Bytes">What is hashed.</param>
internal readonly record struct Token(byte Section, ReadOnlyMemory<byte> Bytes)
{
    /// <summary>Most bytes of one: the field and the longest string that a row has.</summary>
    public const int BytesMax = 1 + RowLimits.StringBytesMax;

    private const int AddressBytes = 16;

    public static Token Of(TokenField field, Ip address)
    {
        Span<byte> bytes = stackalloc byte[BytesMax];
        return Made(field, bytes[..Write(field, address, bytes)]);
    }

    public static Token Of(TokenField field, Ip address, ushort port)
    {
        Span<byte> bytes = stackalloc byte[BytesMax];
        return Made(field, bytes[..Write(field, address, port, bytes)]);
    }

    public static Token Of(TokenField field, string text) => Of(field, Encoding.UTF8.GetBytes(text));

    public static Token Of(TokenField field, ReadOnlySpan<byte> utf8)
    {
        byte[] bytes = new byte[1 + utf8.Length];
        Write(field, utf8, bytes);
        return new Token(SectionOf(field), bytes);
    }

    /// <summary>The address cut to a length in bits of its 16-byte form, and the length.</summary>
    public static Token OfPrefix(Ip address, int length)
    {
        Span<byte> bytes = stackalloc byte[BytesMax];
        return Made(TokenField.InsidePrefix, bytes[..WritePrefix(address, length, bytes)]);
    }

    /// <summary>Writes the bytes that are hashed; how many.</summary>
    public static int Write(TokenField field, Ip address, Span<byte> bytes)
    {
        bytes[0] = (byte)field;
        BinaryPrimitives.WriteUInt64BigEndian(bytes[1..], address.High);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[9..], address.Low);
        return 1 + AddressBytes;
    }

    /// <inheritdoc cref="Write(TokenField, Ip, Span{byte})"/>
    public static int Write(TokenField field, Ip address, ushort port, Span<byte> bytes)
    {
        int length = Write(field, address, bytes);
        BinaryPrimitives.WriteUInt16BigEndian(bytes[length..], port);
        return length + sizeof(ushort);
    }

    /// <inheritdoc cref="Write(TokenField, Ip, Span{byte})"/>
    public static int Write(TokenField field, ReadOnlySpan<byte> utf8, Span<byte> bytes)
    {
        bytes[0] = (byte)field;
        utf8.CopyTo(bytes[1..]);
        return 1 + utf8.Length;
    }

    /// <inheritdoc cref="Write(TokenField, Ip, Span{byte})"/>
    public static int WritePrefix(Ip address, int length, Span<byte> bytes)
    {
        ulong high = length >= 64 ? address.High : address.High & ~(ulong.MaxValue >> length);
        ulong low = length <= 64 ? 0 : length >= 128 ? address.Low : address.Low & ~(ulong.MaxValue >> (length - 64));
        return Write(TokenField.InsidePrefix, new Ip(high, low), (ushort)length, bytes);
    }

    /// <summary>Section whose key makes tokens of a field.</summary>
    public static byte SectionOf(TokenField field) => field is TokenField.RemoteAddress or TokenField.Service
        ? SectionPlain.ContactNumber
        : SectionPlain.AttributionNumber;

    private static Token Made(TokenField field, ReadOnlySpan<byte> bytes) =>
        new(SectionOf(field), bytes.ToArray());
}
