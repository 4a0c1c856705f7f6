using Appliance.Retention.Requests;
using Appliance.Tests.Retention.Requests;
using Appliance.TestSupport;
using Appliance.Wire;
using Xunit;
using static System.StringComparison;

namespace Appliance.Tests.Retention.Notices;

/// <summary>Operator and custodian sign a message for a box; what it will say is shown to each of them.</summary>
public sealed class ControlVerbTests : IDisposable
{
    private const string Device = "00112233445566778899aabbccddeeff";
    private const string Notice = "0f0e0d0c0b0a09080706050403020100";
    private readonly OrderWorld world = new();

    public ControlVerbTests()
    {
        world.NewKey("operator");
        world.NewKey("custodian");
    }

    public void Dispose() => world.Dispose();

    [Transcript("retention control new")]
    [Transcript("retention control sign")]
    [Fact]
    public void A_withdrawal_is_signed_by_the_one_and_then_by_the_other()
    {
        (int first, string said, string errors) = New("--withdraw", Notice, "--number", "7", "--days", "2");
        (int twice, _, string same) = Sign("operator", "again");
        (int second, string signed, _) = Sign("custodian", "both");

        string says = $"control 7 for device {Device}: nothing is recorded under {Notice}; "
            + "to be taken from 2024-10-04T12:00:00.000000Z to 2024-10-06T12:00:00.000000Z; court order\n";
        Assert.Equal((0, ""), (first, errors));
        Assert.Equal(
            $"{world.File("half")}: {says}signed by one; it holds for nothing until the other has signed it\n", said);
        Assert.Equal((2, true), (twice, same.Contains("cannot be signed", Ordinal)));
        Assert.Equal((0, $"{world.File("both")}: {says}signed by both\n"), (second, signed));
        byte[] bytes = File.ReadAllBytes(world.File("both"));
        Assert.Equal(Refusal.None, Control.TryClaim(bytes, out Control? control, out int signers));
        Assert.Equal((2, 7UL, ControlKind.Notice), (signers, control!.Number, control.Kind));
        Assert.Equal(Refusal.None, NoticeWithdrawal.TryDecode(control.Body, out NoticeWithdrawal? body));
        Assert.Equal(Notice, Assert.Single(body!.Notices).ToString());
    }

    [Fact]
    public void The_number_goes_up_by_itself_and_one_that_withdraws_nothing_says_so()
    {
        (int code, string said, _) = New();
        Assert.Equal(0, code);
        Assert.Contains("control 1728043200 for device", said);
        Assert.Contains(": no further notice is withdrawn; to be taken from ", said);
    }

    [Theory]
    [InlineData("--withdraw must be 32 hexadecimal digits; 'x' is not", "--withdraw", "x")]
    [InlineData("--days must be 1 to 366", "--days", "0")]
    [InlineData("--from: ", "--from", "2024-10-04 12:00")]
    public void What_cannot_be_meant_is_refused_before_anybody_signs(string sentence, string option, string value)
    {
        (int code, _, string errors) = New(option, value);
        Assert.Equal(2, code);
        Assert.Contains(sentence, errors);
        Assert.False(File.Exists(world.File("half")));
    }

    [Fact]
    public void What_one_alone_has_signed_is_not_sent()
    {
        New("--withdraw", Notice);
        (int code, _, string errors) = Send("half");
        Assert.Equal(2, code);
        Assert.Contains("is signed by one; let the other sign it with `retention control sign`", errors);
    }

    [Fact]
    public void What_both_have_signed_and_withdraws_no_notice_is_not_sent()
    {
        using SigningKey one = PersonKey.Read(world.File("operator.json")).Open();
        using SigningKey two = PersonKey.Read(world.File("custodian.json")).Open();
        Control other = new()
        {
            Device = Id16.TryParse(Device, out Id16 id) ? id : default,
            Number = 1,
            NotBeforeUtcUs = 0,
            ExpiresUtcUs = 1,
            BaseConfigHash = default,
            Kind = ControlKind.Discard,
            Body = default,
        };
        File.WriteAllBytes(world.File("both"), other.Sign(one, two));

        (int code, _, string errors) = Send("both");

        Assert.Equal(2, code);
        Assert.Contains("both is no control message to send: it withdraws no notice", errors);
    }

    private (int Code, string Output, string Errors) Send(string file) => world.Run(
        "control", "send", world.File(file), "--name", "box-1", "--broker", "127.0.0.1:1", "--ca", "a", "--cert",
        "b", "--cert-key", "c");

    private (int Code, string Output, string Errors) New(params string[] options) => world.Run(
        [
            "control", "new", "--device", Device, "--reason", "court order", "--key", world.File("operator.json"),
            "--out", world.File("half"), .. options,
        ]);

    private (int Code, string Output, string Errors) Sign(string who, string made) => world.Run(
        "control", "sign", world.File("half"), "--key", world.File($"{who}.json"), "--out", world.File(made));
}
