using System.Text;
using Appliance.Retention.Referrals;
using Appliance.Retention.Requests;
using Appliance.Wire;
using Xunit;

namespace Appliance.Tests.Retention.Referrals;

/// <summary>What the warden lets be asked of a referral's lines: it reads the file itself.</summary>
public sealed class ReferralScopeTests
{
    private static readonly KnownReferral File = new(Encoding.UTF8.GetBytes(
        """
        case,ip,port,time,service
        A,192.0.2.1,1100,2024-10-04T00:00Z,
        A,192.0.2.2,,2024-10-04T00:01Z,mail.example
        B,,,,
        """));

    private static readonly ReferralOrder Order = new(File.Digest, 3, true);

    [Fact]
    public void Lines_reach_their_addresses_ports_and_services_and_nothing_else()
    {
        Assert.Null(ReferralScope.Judge(Order, File, Asked("2-3"), out ReferralScope? scope));

        Assert.True(scope!.Asks(Address("192.0.2.1"), 1100));
        Assert.False(scope.Asks(Address("192.0.2.1"), 1101));
        Assert.True(scope.Asks(Address("192.0.2.2"), 7));
        Assert.False(scope.Asks(Address("192.0.2.3")));
        Assert.True(scope.AsksService("mail.example"));
        Assert.True(scope.AsksService("a.SMTP.mail.example"));
        Assert.False(scope.AsksService("hotmail.example"));
        Assert.False(scope.AsksService("news.example"));
    }

    [Fact]
    public void Lines_that_lie_far_apart_reach_nothing_between_them()
    {
        var file = new KnownReferral(Encoding.UTF8.GetBytes(
            """
            case,ip,port,time,service
            A,192.0.2.1,1100,2024-10-05T00:00Z,
            A,192.0.2.1,1100,2024-10-04T00:00Z,
            A,192.0.2.1,1100,2024-10-04T00:00Z,
            """));
        AskedQuestion asked = Asked("2-4") with
        {
            Referral = file.Digest.ToString(), ToUtcUs = Us("2024-10-05T00:01:00Z") - 1,
        };

        var order = new ReferralOrder(file.Digest, 3, true);
        Assert.Null(ReferralScope.Judge(order, file, asked, out ReferralScope? scope));

        const long Hour = 3_600_000_000;
        Assert.Equal(
            [true, true, false, true, true, false],
            new[] { "03T23:30", "04T00:59", "04T12:00", "04T23:30", "05T00:30", "05T01:30" }.Select(
                text => LeapSeconds.ToTai((long)Us($"2024-10-{text}:00Z"))).Select(
                time => scope!.Reaches(time, time, Hour)));
    }

    [Fact]
    public void A_question_that_is_not_of_the_orders_file_and_lines_is_refused()
    {
        AskedQuestion good = Asked("2-3");

        Assert.Equal("referral.file", Refusal(Order with { Digest = default }, good));
        Assert.Equal("referral.file", Refusal(Order with { Lines = 4 }, good));
        Assert.Equal("referral.destinations", Refusal(Order with { HasDestinations = false }, good));
        Assert.Equal("referral.rows", Refusal(Order, good with { Rows = "2-9" }));
        Assert.Equal("referral.rows", Refusal(Order, good with { Rows = null }));
        Assert.Equal("referral.line", Refusal(Order, good with { Rows = "2-4" }));
        Assert.Equal("referral.time", Refusal(Order, good with { Rows = "2" }));
        Assert.Equal("referral.time", Refusal(Order, good with { FromUtcUs = good.FromUtcUs - 1 }));
        Assert.Equal("referral.time", Refusal(Order, good with { ToUtcUs = good.ToUtcUs + 1 }));
    }

    [Theory]
    [InlineData("2", "2")]
    [InlineData("2-5,9,11-12", "2,3,4,5,9,11,12")]
    [InlineData("5-2", null)]
    [InlineData("3,3", null)]
    [InlineData("0-4", null)]
    [InlineData("1-99", null)]
    [InlineData("", null)]
    [InlineData("a", null)]
    public void Rows_are_written_in_few_characters_and_read_strictly(string text, string? rows)
    {
        List<int>? read = RowList.Read(text, 50);

        Assert.Equal(rows, read is null ? null : string.Join(',', read));
        Assert.Equal(read is null ? "" : text, read is null ? "" : RowList.Write(read));
    }

    private static string? Refusal(ReferralOrder order, AskedQuestion question) =>
        ReferralScope.Judge(order, File, question, out _)?.Rule;

    private static Ip Address(string text) => Ip.TryParse(text, out Ip ip) ? ip : throw new ArgumentException(text);

    private static AskedQuestion Asked(string rows) => new()
    {
        Verb = AskedQuestion.ReferralVerb,
        Request = "",
        Referral = File.Digest.ToString(),
        Rows = rows,
        Destinations = true,
        FromUtcUs = Us("2024-10-04T00:00:00Z"),
        ToUtcUs = Us("2024-10-04T00:02:00Z") - 1,
    };

    private static ulong Us(string text) => (ulong)(DateTimeOffset.Parse(
        text, System.Globalization.CultureInfo.InvariantCulture) - DateTimeOffset.UnixEpoch).TotalMicroseconds;
}
