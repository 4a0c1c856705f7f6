using Appliance.Edge.Clocks;
using Appliance.Edge.Configuration;
using Appliance.Edge.Controls;
using Appliance.Mqtt;
using Appliance.Wire;
using Xunit;

namespace Appliance.Tests.Edge.Controls;

/// <summary>Which control messages are taken: each reason to refuse one, and what a clock in doubt does.</summary>
public sealed class ControlDeskTests : IDisposable
{
    private readonly ControlWorld world = new();

    public void Dispose() => world.Dispose();

    [Fact]
    public void A_withdrawal_that_two_people_signed_is_on_flash_before_anyone_hears_of_it()
    {
        ulong onFlash = 0;
        world.Desk.OnTaken = () => onFlash = ControlBook.Open(world.Folder, world.Device).LastNumber;
        ReasonCode said = world.Desk.Take(new MqttMessage
        {
            Topic = "t", Payload = world.Signed(world.Withdrawal(5)),
        });

        ControlStatus status = world.Desk.Status(world.Notice);
        Assert.Equal((ReasonCode.Success, 5UL), (said, onFlash));
        Assert.Equal(("withdrawn", 5UL, 1L, 0L), (status.State, status.LastNumber, status.Taken, status.Refused));
        Assert.Equal($"5: notice {world.Notice} withdrawn", status.LastTaken);
        Assert.False(world.Book.MayRecord(world.Notice));
        Assert.Contains($"notice {world.Notice} is withdrawn: nothing is recorded", Assert.Single(status.Alarms));
    }

    public static TheoryData<string> Reasons =>
    [
        "foreign key", "signature", "control signers", "wrong device", "control replayed", "control time", "kind",
        "wrong structure", "not cbor", "trailing bytes", "too large", "retained", "no keys", "wrong type",
    ];

    [Theory]
    [MemberData(nameof(Reasons))]
    public void Each_reason_to_refuse_is_counted_and_told_by_its_name_and_changes_nothing(string reason)
    {
        Assert.Equal("", world.Send(world.Signed(world.Withdrawal(3, new Id16(1, 1)))));
        string before = File.ReadAllText(world.File);

        Assert.Equal(reason, SendWrong(reason));

        ControlStatus status = world.Desk.Status(world.Notice);
        Assert.Equal(("recording", 3UL), (status.State, status.LastNumber));
        Assert.Equal((1L, 1L), (status.Refused, status.RefusedBy[reason]));
        Assert.Contains("1 messages were refused and changed nothing", Assert.Single(status.Alarms));
        Assert.Equal(before, File.ReadAllText(world.File));
    }

    [Fact]
    public void The_message_that_was_taken_last_is_answered_again_and_takes_no_second_effect()
    {
        byte[] bytes = world.Signed(world.Withdrawal(5));
        int effects = 0;
        world.Desk.OnTaken = () => effects++;
        Assert.Equal("", world.Send(bytes));
        Assert.Equal("", world.Send(bytes));

        ControlStatus status = world.Desk.Status(world.Notice);
        Assert.Equal((1, 1L, 1L, 0L), (effects, status.Taken, status.Repeated, status.Refused));
    }

    [Fact]
    public void A_flood_is_refused_without_a_look_at_a_signature_and_ends()
    {
        byte[] good = world.Signed(world.Withdrawal(5));
        for (int i = 0; i < ControlLimits.Burst; i++)
        {
            Assert.Equal("not cbor", world.Send([0xFF, (byte)i]));
        }

        Assert.Equal("rate", world.Send(good));
        world.MonotonicMs += ControlLimits.RefillMs;
        Assert.Equal("", world.Send(good));
        Assert.Equal("rate", world.Send([0xFF]));
        Assert.Equal(2, world.Desk.Status(world.Notice).RefusedBy["rate"]);
    }

    [Fact]
    public void Refusals_that_no_manifest_has_room_for_are_a_count()
    {
        for (int i = 0; i < ControlLimits.RefusalsWaiting + 3; i++)
        {
            world.MonotonicMs += ControlLimits.RefillMs;
            world.Desk.Take(new MqttMessage { Topic = "t", Payload = new byte[] { 0xFF } });
        }

        List<string> told = [];
        Assert.Equal(0, world.Desk.TellRefusals(_ => false));
        Assert.Equal(2, world.Desk.TellRefusals(sentence => told.Count < 2 && Add(sentence)));
        Assert.Equal(ControlLimits.RefusalsWaiting + 1, world.Desk.TellRefusals(Add));
        Assert.Equal(ControlLimits.RefusalsWaiting + 1, told.Count);
        Assert.Equal("3 further control messages refused", told[^1]);
        Assert.Equal(0, world.Desk.TellRefusals(Add));

        bool Add(string sentence)
        {
            told.Add(sentence);
            return true;
        }
    }

    [Fact]
    public void A_clock_in_doubt_does_not_hold_off_a_withdrawal_and_does_not_revive_an_old_one()
    {
        Control ahead = world.Withdrawal(5) with
        {
            NotBeforeUtcUs = ControlWorld.NowUs + ControlWorld.DayUs,
            ExpiresUtcUs = ControlWorld.NowUs + 2 * ControlWorld.DayUs,
        };
        Assert.Equal("control time", world.Send(world.Signed(ahead)));

        world.Clock = null;
        world.FloorUs = ControlWorld.NowUs;
        Control over = world.Withdrawal(6) with { ExpiresUtcUs = ControlWorld.NowUs };
        Assert.Equal("control time", world.Send(world.Signed(over)));
        Assert.Equal("", world.Send(world.Signed(ahead)));
    }

    [Fact]
    public void A_clock_that_knows_a_bound_is_taken_within_it()
    {
        Control soon = world.Withdrawal(5) with { NotBeforeUtcUs = ControlWorld.NowUs + 2_000_000 };
        Assert.Equal("control time", world.Send(world.Signed(soon)));
        world.Clock = new BoardTime((long)(ControlWorld.NowUs / 1_000_000), 2000);
        Assert.Equal("", world.Send(world.Signed(soon)));
    }

    [Fact]
    public void Once_another_process_has_the_book_nothing_is_taken()
    {
        world.Desk.Close();
        ReasonCode said = world.Desk.Take(new MqttMessage
        {
            Topic = "t", Payload = world.Signed(world.Withdrawal(5)),
        });
        Assert.Equal(ReasonCode.ServerShuttingDown, said);
        Assert.False(File.Exists(world.File));
    }

    [Fact]
    public void What_cannot_be_kept_takes_no_effect()
    {
        Directory.CreateDirectory(world.File + ".new");
        Assert.Equal("not kept", world.Send(world.Signed(world.Withdrawal(5))));
        Assert.True(world.Book.MayRecord(world.Notice));
        Directory.Delete(world.File + ".new");
        Assert.Equal("", world.Send(world.Signed(world.Withdrawal(5))));
    }

    [Theory]
    [InlineData("\"operatorKey\": \"{one}\"", "must both be points of P-256")]
    [InlineData("\"operatorKey\": \"04\", \"custodianKey\": \"{one}\"", "must both be points of P-256")]
    [InlineData("\"operatorKey\": \"{one}\", \"custodianKey\": \"{one}\"", "two people must sign")]
    [InlineData("\"operatorKey\": \"{one}\", \"custodianKey\": \"{two}\"", "")]
    public void The_pinned_keys_are_checked_before_anything_starts(string setting, string problem)
    {
        string text = setting.Replace("{one}", ControlWorld.Hex(world.Operator.Public), StringComparison.Ordinal)
            .Replace("{two}", ControlWorld.Hex(world.Custodian.Public), StringComparison.Ordinal);
        bool isGood = ConfigurationFile.TryParse($"{{ \"control\": {{ {text} }} }}", out _, out string said);
        Assert.Equal(problem.Length == 0, isGood);
        Assert.Contains(problem, said, StringComparison.Ordinal);
    }

    private string SendWrong(string reason)
    {
        Control good = world.Withdrawal(9);
        byte[] bytes = world.Signed(good);
        switch (reason)
        {
            case "foreign key":
                return world.Send(good.Sign(world.Operator, world.Stranger));
            case "signature":
                bytes[^1] ^= 1;
                return world.Send(bytes);
            case "control signers":
                return world.Send(good.Sign(world.Operator, null));
            case "wrong device":
                return world.Send(world.Signed(good with { Device = world.Notice }));
            case "control replayed":
                return world.Send(world.Signed(good with { Number = 3 }));
            case "control time":
                return world.Send(world.Signed(good with { ExpiresUtcUs = ControlWorld.NowUs - 1_000_000 }));
            case "kind":
                return world.Send(world.Signed(good with { Kind = ControlKind.Policy }));
            case "wrong structure":
                return world.Send(world.Signed(good with { BaseConfigHash = Hash32.Of([1]) }));
            case "not cbor":
                return world.Send(bytes[..^1]);
            case "trailing bytes":
                return world.Send([.. bytes, 0]);
            case "too large":
                return world.Send(new byte[ControlLimits.MessageBytesMax + 1]);
            case "retained":
                return world.Send(bytes, isRetained: true);
            case "wrong type":
                return world.Send(TwoSigned.Sign(SignedType.Keeping, good.Encode(), world.Operator, world.Custodian));
            default:
                return WithoutKeys(bytes);
        }
    }

    private string WithoutKeys(byte[] bytes)
    {
        world.Unpin();
        return world.Send(bytes);
    }
}
