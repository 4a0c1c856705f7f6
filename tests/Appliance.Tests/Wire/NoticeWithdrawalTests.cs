using Appliance.Wire;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace Appliance.Tests.Wire;

/// <summary>The body of a control message of kind 4, and what arbitrary bytes make of the readers.</summary>
public sealed class NoticeWithdrawalTests
{
    private static readonly Config Seeded = Config.QuickThrowOnFailure.WithMaxTest(1000).WithReplay(20262, 7);

    private static readonly Gen<byte[]> Bytes =
        from length in Gen.Choose(0, 300)
        from bytes in Gen.ArrayOf(Gen.Choose(0, 255), length)
        select bytes.Select(value => (byte)value).ToArray();

    [Fact]
    public void What_is_written_is_read_back_equal()
    {
        Gen<NoticeWithdrawal> any =
            from count in Gen.Choose(0, Limits.WithdrawnNoticesMax)
            from seed in Gen.Choose(0, 1_000_000)
            from reason in Gen.Elements("", "ordered", new string('x', Limits.TextBytesMax))
            select new NoticeWithdrawal(Rising(seed, count), reason);
        Prop.ForAll(any.ToArbitrary(), sent =>
        {
            Refusal refusal = NoticeWithdrawal.TryDecode(sent.Encode(), out NoticeWithdrawal? read);
            return refusal == Refusal.None && read!.Reason == sent.Reason && read.Notices.SequenceEqual(sent.Notices);
        }).Check(Seeded);
    }

    [Fact]
    public void The_bytes_are_those_of_the_format_page() => Assert.Equal(
        "a301010281500000000000000000000000000000000103676f726465726564",
        Convert.ToHexStringLower(new NoticeWithdrawal([new Id16(0, 1)], "ordered").Encode()));

    [Fact]
    public void Arbitrary_bytes_are_refused_by_every_reader_and_throw_nothing()
    {
        using SigningKey one = SigningKey.New(new Random(1).NextBytes);
        using SigningKey two = SigningKey.New(new Random(2).NextBytes);
        ControlTrust trust = new(one.Public, two.Public);
        Prop.ForAll(Bytes.ToArbitrary(), bytes =>
            NoticeWithdrawal.TryDecode(bytes, out _) != Refusal.None
            && Control.TryVerify(bytes, trust, default, 0, 0, ulong.MaxValue, out _) != Refusal.None
            && Control.TryClaim(bytes, out _, out _) != Refusal.None
            && Control.TryDecode(bytes, out _) != Refusal.None).Check(Seeded);
    }

    [Fact]
    public void A_body_with_any_byte_changed_reads_as_another_or_is_refused()
    {
        NoticeWithdrawal sent = new(Rising(5, 3), "ordered");
        byte[] good = sent.Encode();
        for (int at = 0; at < good.Length; at++)
        {
            byte[] changed = [.. good];
            changed[at] ^= 0x41;
            Refusal refusal = NoticeWithdrawal.TryDecode(changed, out NoticeWithdrawal? read);
            bool isOther = refusal != Refusal.None || read!.Reason != sent.Reason
                || !read.Notices.SequenceEqual(sent.Notices);
            Assert.True(isOther, $"byte {at}");
        }
    }

    [Fact]
    public void Notices_stand_once_and_rising_in_bounds()
    {
        Id16 one = new(1, 1), two = new(1, 2);
        Assert.Throws<ArgumentException>(() => new NoticeWithdrawal([two, one], "x").Encode());
        Assert.Throws<ArgumentException>(() => new NoticeWithdrawal([one, one], "x").Encode());
        Assert.Throws<ArgumentException>(
            () => new NoticeWithdrawal(Rising(1, Limits.WithdrawnNoticesMax + 1), "x").Encode());
        Assert.Throws<ArgumentException>(
            () => new NoticeWithdrawal([one], new string('x', Limits.TextBytesMax + 1)).Encode());
        byte[] good = new NoticeWithdrawal([one, two], "x").Encode();
        byte[] twice = [.. good];
        int last = twice.AsSpan().LastIndexOf((byte)2);
        twice[last] = 1;
        Assert.Equal(Refusal.WrongStructure, NoticeWithdrawal.TryDecode(twice, out _));
    }

    private static Id16[] Rising(int seed, int count)
    {
        Random random = new(seed);
        return [.. Enumerable.Range(0, count)
            .Select(i => new Id16((ulong)random.Next(1000), (ulong)i)).OrderBy(id => (id.High, id.Low))];
    }
}
