using System.Security.Cryptography;
using Appliance.Flow.Lines;
using Appliance.TestSupport;
using Appliance.Wire;
using Xunit;

namespace Appliance.Tests.Flow.Lines;

/// <summary>The table that survives a restart, and what a restart must not make anybody believe.</summary>
public sealed class SessionSnapshotTests
{
    private const string A = "100.64.0.1";
    private const string B = "100.64.0.2";
    private readonly LineWorld before = new();
    private readonly LineWorld after = new();

    [Fact]
    public void After_a_short_restart_the_sessions_go_on_and_are_recorded_again()
    {
        before.Hear(10, RadiusMessage.Start("s", A).Prefix(123, "2001:db8:100::", 56));
        before.Hear(11, RadiusMessage.Start("gone", B));
        before.Hear(12, RadiusMessage.Stop("gone", B));

        Assert.True(SessionSnapshot.TryRead(after.Table, SessionSnapshot.Write(before.Table), LineWorld.At(14)));
        after.Hear(50, RadiusMessage.Stop("s", A).Number(46, 40));

        Assert.Equal(
            [$"s {A} 10-", "s 2001:db8:100::/56 10-", $"s {A} 10-50", "s 2001:db8:100::/56 10-50"], after.Records());
    }

    [Fact]
    public void After_a_long_restart_a_session_is_believed_again_only_once_it_is_heard_of()
    {
        before.Hear(10, RadiusMessage.Start("s", A));
        before.Hear(11, RadiusMessage.Start("t", B));
        byte[] bytes = SessionSnapshot.Write(before.Table);

        Assert.True(SessionSnapshot.TryRead(after.Table, bytes, LineWorld.At(600)));
        after.Hear(700, RadiusMessage.Interim("s", A).Number(46, 690));

        Assert.Equal([$"s {A} 10-11", $"t {B} 11-11", $"s {A} 11-"], after.Records());
    }

    [Fact]
    public void An_address_given_to_somebody_else_meanwhile_is_not_the_old_lines()
    {
        before.Hear(10, RadiusMessage.Start("s", A));
        Assert.True(SessionSnapshot.TryRead(after.Table, SessionSnapshot.Write(before.Table), LineWorld.At(600)));

        after.Hear(700, RadiusMessage.Start("new", A));

        Assert.Equal([$"s {A} 10-10", $"new {A} 700-"], after.Records());
    }

    [Fact]
    public void A_table_that_is_too_old_or_from_the_future_says_nothing()
    {
        before.Hear(1000, RadiusMessage.Start("s", A));
        byte[] bytes = SessionSnapshot.Write(before.Table);

        Assert.False(SessionSnapshot.TryRead(after.Table, bytes, LineWorld.At(1000 + (6 * 3600) + 1)));
        Assert.False(SessionSnapshot.TryRead(after.Table, bytes, LineWorld.At(999)));
        Assert.Equal(0, after.Table.Count);
    }

    [Fact]
    public void Every_cut_snapshot_is_refused_whole()
    {
        before.Hear(10, RadiusMessage.Start("s", A));
        byte[] bytes = SessionSnapshot.Write(before.Table);
        for (int length = 0; length < bytes.Length; length++)
        {
            Assert.False(SessionSnapshot.TryRead(after.Table, bytes.AsSpan(0, length), LineWorld.At(11)));
        }

        Assert.Equal(0, after.Table.Count);
    }

    [Fact]
    public void A_sealed_table_opens_on_its_box_alone_and_not_once_a_byte_is_altered()
    {
        Random random = new(5);
        KeySet box = KeySet.MakeLab(random.NextBytes, 1, 1);
        using LocalSeal seal = box.OpenLocalSeal("sessions");
        using LocalSeal other = KeySet.MakeLab(random.NextBytes, 1, 1).OpenLocalSeal("sessions");
        using LocalSeal purpose = box.OpenLocalSeal("something-else");
        byte[] plain = RandomNumberGenerator.GetBytes(300);
        byte[] bytes = seal.Seal(plain, random.NextBytes);

        Assert.Equal(plain, seal.Open(bytes));
        Assert.Equal(plain.Length + LocalSeal.Overhead, bytes.Length);
        Assert.NotEqual(bytes, seal.Seal(plain, random.NextBytes));
        Assert.Null(other.Open(bytes));
        Assert.Null(purpose.Open(bytes));
        for (int at = 0; at < bytes.Length; at++)
        {
            bytes[at] ^= 1;
            Assert.Null(seal.Open(bytes));
            bytes[at] ^= 1;
        }

        Assert.Null(seal.Open(bytes.AsSpan(0, bytes.Length - 1)));
    }
}
