using System.Formats.Cbor;
using System.Text;

namespace Appliance.Wire;

/// <summary>
/// Body of a control message of kind 4: notices under which a device may record no more. Withdrawn is for good: a later
/// message adds to what earlier ones have named, and takes nothing back. One without a notice adds none; with it a
/// device that has lost what it was told learns that there was nothing else.
/// </summary>
/// <param name="Notices">Rising, each once, at most <see cref="Limits.WithdrawnNoticesMax"/>.</param>
/// <param name="Reason">Why, for people; at most 256 bytes of UTF-8, without a customer's address or name.</param>
public sealed record NoticeWithdrawal(IReadOnlyList<Id16> Notices, string Reason)
{
    private const int Version = 1;
    private const int KeyCount = 3;

    /// <summary>The bytes of the body.</summary>
    /// <exception cref="ArgumentException">
    /// A notice stands twice or out of order, there are too many, or the reason is too long.
    /// </exception>
    public byte[] Encode()
    {
        if (!AreRising(Notices) || Notices.Count > Limits.WithdrawnNoticesMax
            || Encoding.UTF8.GetByteCount(Reason) > Limits.TextBytesMax)
        {
            throw new ArgumentException("the notices are not rising or too many, or the reason is too long");
        }

        CborWriter writer = CborOut.New();
        writer.WriteStartMap(KeyCount);
        writer.Key(1).WriteInt32(Version);
        writer.Key(2).WriteStartArray(Notices.Count);
        foreach (Id16 notice in Notices)
        {
            writer.Write(notice);
        }

        writer.WriteEndArray();
        writer.Key(3).WriteTextString(Reason);
        writer.WriteEndMap();
        return writer.Encode();
    }

    /// <summary>Reads a body; it is only there where the result is None. Never throws on bad input.</summary>
    public static Refusal TryDecode(ReadOnlyMemory<byte> body, out NoticeWithdrawal? withdrawal)
    {
        withdrawal = null;
        Refusal refusal = Payload.TryRead(body, Version, KeyCount, out Fields fields);
        if (refusal != Refusal.None)
        {
            return refusal;
        }

        CborItem[] items = fields.Array(Limits.WithdrawnNoticesMax);
        Fields list = Fields.OfItems(items);
        Id16[] notices = new Id16[items.Length];
        for (int i = 0; i < items.Length; i++)
        {
            notices[i] = list.Id();
        }

        fields.Join(list);
        string reason = fields.Text();
        bool good = fields.Ok && AreRising(notices);
        withdrawal = good ? new NoticeWithdrawal(notices, reason) : null;
        return good ? Refusal.None : Refusal.WrongStructure;
    }

    private static bool AreRising(IReadOnlyList<Id16> notices)
    {
        for (int i = 1; i < notices.Count; i++)
        {
            if ((notices[i - 1].High, notices[i - 1].Low).CompareTo((notices[i].High, notices[i].Low)) >= 0)
            {
                return false;
            }
        }

        return true;
    }
}
