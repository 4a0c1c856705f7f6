using Appliance.Retention.Referrals;
using Xunit;

namespace Appliance.Tests.Retention.Referrals;

public sealed class ReferralFileTests
{
    [Fact]
    public void Lines_keep_their_number_and_header_comments_and_empty_lines_are_passed_over()
    {
        List<ReferralLine> lines = ReferralFile.Parse(
        [
            "\uFEFFcase,ip,port,time,service", "", "# from the mail provider",
            "\"A, 1\",192.0.2.1,10007,2024-10-04T15:04Z,", "B,192.0.2.2, ,2024-10-04T15:04Z",
        ]);

        Assert.Equal(
            [
                new ReferralLine(4, "A, 1", "192.0.2.1", "10007", "2024-10-04T15:04Z", ""),
                new ReferralLine(5, "B", "192.0.2.2", "", "2024-10-04T15:04Z", ""),
            ],
            lines);
    }

    [Fact]
    public void A_line_that_cannot_be_read_stays_with_its_reason()
    {
        List<ReferralLine> lines = ReferralFile.Parse(["A,192.0.2.1", $"B,{new string('x', 5000)}"]);

        Assert.Equal(["it has 2 fields; give case,ip,port,time,service", "it is longer than 4096 characters"],
            lines.Select(line => line.Problem));
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, true)]
    public void A_file_of_more_lines_than_the_limit_is_refused_whole_and_says_what_to_do(int above, bool isRefused)
    {
        string file = Path.GetTempFileName();
        try
        {
            File.WriteAllLines(file, Enumerable.Repeat("A,192.0.2.1,,2024-10-04T15:04Z", Limits.LinesMax + above));

            Exception? refusal = Record.Exception(() => KnownReferral.Read(file));

            Assert.Equal(
                isRefused ? $"{file} has more than {Limits.LinesMax} lines; split it by case" : null,
                refusal?.Message);
        }
        finally
        {
            File.Delete(file);
        }
    }
}
