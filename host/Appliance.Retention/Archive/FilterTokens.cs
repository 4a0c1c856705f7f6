using System.Buffers.Binary;
using System.Security.Cryptography;
using Appliance.Retention.Questions;
using Appliance.Wire;

namespace Appliance.Retention.Archive;

/// <summary>
/// The keyed filter of one section of a batch: which addresses, subscribers and services occur in it, as sorted tokens
/// of 4 bytes, the first of HMAC-SHA256(HMAC-SHA256(index key, id of the batch), field || value). Without the index key
/// a token says nothing, and the tokens of two batches cannot be compared. 4 bytes: with 200,000 tokens in a batch one
/// question in 20,000 opens a batch in vain, and the filter stays a third of the batch.
/// </summary>
internal sealed class FilterTokens
{
    /// <summary>Bytes of a token.</summary>
    public const int Size = 4;

    private static readonly int Stride = HmacLanes.StrideOf(Token.BytesMax);

    private readonly HashSet<(TokenField, Ip, ushort)> seen = [];
    private readonly HashSet<(TokenField, int)> seenTexts = [];
    private readonly List<uint> tokens = [];
    private readonly HmacLanes hmac = new();
    private readonly byte[] values = new byte[HmacLanes.Lanes * Stride];
    private readonly int[] lengths = new int[HmacLanes.Lanes];
    private int pending;

    /// <summary>Key of a batch's tokens from the index key of its section and day.</summary>
    public static void KeyOf(ReadOnlySpan<byte> indexKey, Hash32 batch, Span<byte> key)
    {
        Span<byte> id = stackalloc byte[Hash32.Size];
        batch.Write(id);
        HMACSHA256.HashData(indexKey, id, key);
    }

    /// <summary>True where the filter may hold one of the tokens, made with this batch's key.</summary>
    public static bool MayHave(ReadOnlySpan<byte> filter, ReadOnlySpan<byte> batchKey, Token token)
    {
        return MayHave(filter, Hash(batchKey, token.Bytes.Span));
    }

    /// <summary>True where the filter may hold a token that is made already.</summary>
    public static bool MayHave(ReadOnlySpan<byte> filter, uint wanted)
    {
        int low = 0;
        int high = (filter.Length / Size) - 1;
        while (low <= high)
        {
            int middle = (low + high) >>> 1;
            uint at = BinaryPrimitives.ReadUInt32BigEndian(filter[(middle * Size)..]);
            if (at == wanted)
            {
                return true;
            }

            (low, high) = at < wanted ? (middle + 1, high) : (low, middle - 1);
        }

        return false;
    }

    /// <summary>The filter of one section of the batch.</summary>
    public byte[] Make(ReadOnlySpan<byte> indexKey, Hash32 batch, RowBatch rows, byte section)
    {
        byte[] key = new byte[Hash32.Size];
        KeyOf(indexKey, batch, key);
        return Make(key, rows, section);
    }

    /// <summary>The same with the key of the batch's filter.</summary>
    public byte[] Make(ReadOnlySpan<byte> key, RowBatch rows, byte section)
    {
        hmac.SetKey(key);
        seen.Clear();
        seenTexts.Clear();
        tokens.Clear();
        if (section == SectionPlain.ContactNumber)
        {
            AddContact(rows);
        }
        else
        {
            AddAttribution(rows);
        }

        HashPending();
        hmac.Clear();
        return Sorted();
    }

    /// <summary>The token of a value with a batch's key.</summary>
    public static uint Hash(ReadOnlySpan<byte> batchKey, ReadOnlySpan<byte> value)
    {
        Span<byte> hash = stackalloc byte[Hash32.Size];
        HMACSHA256.HashData(batchKey, value, hash);
        return BinaryPrimitives.ReadUInt32BigEndian(hash);
    }

    /// <summary>Room for the next value.</summary>
    private Span<byte> Next => values.AsSpan(pending * Stride, Stride);

    private void AddContact(RowBatch rows)
    {
        foreach (FlowRow row in rows.Flows)
        {
            Add(TokenField.RemoteAddress, row.RemoteAddress);
            Add(TokenField.Service, row.Service, rows.Strings);
        }
    }

    private void AddAttribution(RowBatch rows)
    {
        foreach (FlowRow row in rows.Flows)
        {
            AddEndpoint(row.PublicAddress, row.PublicPort);
            Add(TokenField.PublicAddress, row.PublicAddress);
            Add(TokenField.InsideAddress, row.SubscriberAddress);
            Add(TokenField.Subscriber, row.Subscriber, rows.Strings);
            AddSoftwire(row, rows.Strings);
        }

        foreach (SessionRow row in rows.Sessions)
        {
            Add(TokenField.Subscriber, row.Subscriber, rows.Strings);
            AddRange(row.Address, row.PrefixLength);
        }

        foreach (BlockRow row in rows.Blocks)
        {
            Add(TokenField.PublicAddress, row.PublicAddress);
            Add(TokenField.BlockAddress, row.PublicAddress);
            Add(TokenField.InsideAddress, row.InsideAddress);
        }
    }

    private void Add(TokenField field, Ip address)
    {
        if (!address.IsNone && seen.Add((field, address, 0)))
        {
            AddPending(Token.Write(field, address, Next));
        }
    }

    /// <summary>A question by a session asks for the line's end of the softwire.</summary>
    private void AddSoftwire(in FlowRow row, StringPool strings)
    {
        if (row.Realm != 0 && seenTexts.Add((TokenField.InsideAddress, row.Realm)))
        {
            Add(TokenField.InsideAddress, new Line(strings.Text(row.Realm), "", default).Holds.Address);
        }
    }

    private void AddEndpoint(Ip address, ushort port)
    {
        if (!address.IsNone && seen.Add((TokenField.PublicEndpoint, address, port)))
        {
            AddPending(Token.Write(TokenField.PublicEndpoint, address, port, Next));
        }
    }

    private void Add(TokenField field, int text, StringPool strings)
    {
        if (text != 0 && seenTexts.Add((field, text)))
        {
            AddPending(Token.Write(field, strings[text], Next));
        }
    }

    private void AddRange(Ip address, byte prefixLength)
    {
        int length = address.IsV4 ? prefixLength + 96 : prefixLength;
        if (length >= 128)
        {
            Add(TokenField.InsideAddress, address);
        }

        int cut = 0;
        foreach (int possible in TokenQuery.PrefixLengths)
        {
            cut = possible <= length ? possible : cut;
        }

        AddPending(Token.WritePrefix(address, cut, Next));
    }

    private void AddPending(int length)
    {
        lengths[pending++] = length;
        if (pending == HmacLanes.Lanes)
        {
            HashPending();
        }
    }

    private void HashPending()
    {
        Span<byte> codes = stackalloc byte[HmacLanes.Lanes * Hash32.Size];
        hmac.Hash(values, Stride, lengths.AsSpan(0, pending), codes);
        for (int i = 0; i < pending; i++)
        {
            tokens.Add(BinaryPrimitives.ReadUInt32BigEndian(codes[(i * Hash32.Size)..]));
        }

        pending = 0;
    }

    private byte[] Sorted()
    {
        tokens.Sort();
        var bytes = new byte[tokens.Count * Size];
        int count = 0;
        for (int i = 0; i < tokens.Count; i++)
        {
            if (i == 0 || tokens[i] != tokens[i - 1])
            {
                BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(count++ * Size), tokens[i]);
            }
        }

        return bytes[..(count * Size)];
    }
}
