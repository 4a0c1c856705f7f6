using Appliance.Edge.Controls;
using Appliance.Wire;
using Xunit;

namespace Appliance.Tests.Edge.Controls;

/// <summary>What control messages changed outlives restarts, cuts and a new identity; its loss is not silent.</summary>
public sealed class ControlBookTests : IDisposable
{
    private readonly ControlWorld world = new();

    public void Dispose() => world.Dispose();

    [Fact]
    public void The_number_and_the_withdrawal_outlive_a_restart_and_an_old_message_stays_refused()
    {
        byte[] first = world.Signed(world.Withdrawal(4, new Id16(1, 1)));
        Assert.Equal("", world.Send(first));
        Assert.Equal("", world.Send(world.Signed(world.Withdrawal(5))));
        world.Restart();

        Assert.False(world.Book.MayRecord(world.Notice));
        Assert.Equal(5UL, world.Book.LastNumber);
        Assert.Equal("control replayed", world.Send(first));
        Assert.Equal("control replayed", world.Send(world.Signed(world.Withdrawal(5, new Id16(2, 2)))));
        Assert.Equal([4UL, 5UL], world.Book.Taken.Select(taken => taken.Number));
    }

    [Fact]
    public void A_later_notice_may_be_recorded_under_and_the_old_one_never_again()
    {
        Id16 later = new(9, 9);
        Assert.Equal("", world.Send(world.Signed(world.Withdrawal(5))));
        Control none = world.Withdrawal(6) with { Body = new NoticeWithdrawal([], "nothing else").Encode() };
        Assert.Equal("", world.Send(world.Signed(none)));
        world.Restart();

        Assert.True(world.Book.MayRecord(later));
        Assert.False(world.Book.MayRecord(world.Notice));
        Assert.Equal([world.Notice.ToString()], world.Book.Withdrawn);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("{\"version\": 1}")]
    [InlineData("{\"version\": 2, \"device\": \"x\"}")]
    [InlineData("{\"version\": 1, \"device\": \"x\", \"more\": 1}")]
    [InlineData("{\"version\": 1, \"device\": \"x\", \"withdrawn\": null}")]
    [InlineData("{\"version\": 1, \"device\": \"x\", \"is_lost\": true}")]
    public void A_book_that_does_not_read_stops_the_recording_until_two_people_say_what_is_withdrawn(string text)
    {
        Assert.Equal("", world.Send(world.Signed(world.Withdrawal(5, new Id16(1, 1)))));
        File.WriteAllText(world.File, text);
        world.Restart();

        Assert.True(world.Book.IsLost);
        Assert.False(world.Book.MayRecord(world.Notice));
        Assert.Contains("is lost or was put back", world.Desk.Status(world.Notice).Alarms[0]);
        Assert.Equal("", world.Send(world.Signed(world.Withdrawal(6, new Id16(1, 1)))));
        Assert.True(world.Book.MayRecord(world.Notice));
        world.Restart();
        Assert.True(world.Book.MayRecord(world.Notice));
    }

    [Fact]
    public void A_book_that_was_put_back_is_found_by_the_number_in_the_manifests()
    {
        Assert.Equal("", world.Send(world.Signed(world.Withdrawal(4, new Id16(1, 1)))));
        string old = File.ReadAllText(world.File);
        byte[] withdrawn = world.Signed(world.Withdrawal(5));
        Assert.Equal("", world.Send(withdrawn));
        Assert.True(world.Book.TryAgreeWith(5));
        File.WriteAllText(world.File, old);
        world.Restart();
        Assert.True(world.Book.MayRecord(world.Notice));

        Assert.False(world.Book.TryAgreeWith(5));
        Assert.False(world.Book.MayRecord(world.Notice));
        world.Restart();
        Assert.True(world.Book.IsLost);
        Assert.Equal("control replayed", world.Send(withdrawn));
        Assert.Equal("", world.Send(world.Signed(world.Withdrawal(6))));
        Assert.False(world.Book.IsLost);
        Assert.False(world.Book.MayRecord(world.Notice));
    }

    [Fact]
    public void A_book_that_is_gone_is_found_the_same_way()
    {
        Assert.Equal("", world.Send(world.Signed(world.Withdrawal(5))));
        File.Delete(world.File);
        world.Restart();
        Assert.False(world.Book.TryAgreeWith(5));
        Assert.False(world.Book.MayRecord(world.Notice));
    }

    [Fact]
    public void A_new_identity_counts_anew_and_what_was_withdrawn_stays_withdrawn()
    {
        Assert.Equal("", world.Send(world.Signed(world.Withdrawal(5))));
        ControlBook other = ControlBook.Open(world.Folder, new Id16(3, 3));
        Assert.Equal(0UL, other.LastNumber);
        Assert.True(other.MayRecord(new Id16(4, 4)));
        Assert.False(other.MayRecord(world.Notice));
    }

    [Fact]
    public void A_torn_write_leaves_the_book_of_before()
    {
        Assert.Equal("", world.Send(world.Signed(world.Withdrawal(4, new Id16(1, 1)))));
        byte[] whole = File.ReadAllBytes(world.File);
        File.WriteAllBytes(world.File + ".new", whole[..(whole.Length / 2)]);
        world.Restart();
        Assert.Equal((4UL, false), (world.Book.LastNumber, world.Book.IsLost));
        Assert.Equal("", world.Send(world.Signed(world.Withdrawal(5))));
    }

    [Fact]
    public void More_notices_than_are_remembered_are_refused_and_the_book_stays()
    {
        int number = 0;
        while (number < ControlLimits.WithdrawnMax)
        {
            Id16[] some = [.. Enumerable.Range(number, 64).Select(i => new Id16(1, (ulong)i))];
            number += some.Length;
            world.MonotonicMs += ControlLimits.RefillMs;
            Assert.Equal("", world.Send(world.Signed(world.Withdrawal((ulong)number, some))));
        }

        Assert.Equal("not kept", world.Send(world.Signed(world.Withdrawal(10_000))));
        Assert.Equal(ControlLimits.WithdrawnMax, world.Book.Withdrawn.Count);
        Assert.True(world.Book.MayRecord(world.Notice));
    }
}
