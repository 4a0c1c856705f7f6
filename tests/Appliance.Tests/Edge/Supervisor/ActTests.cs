using Appliance.Edge.Clocks;
using Appliance.Edge.Configuration;
using Appliance.Edge.Pipeline;
using Appliance.Edge.Service;
using Appliance.Edge.Supervisor;
using Appliance.Tests.Edge.Clocks;
using Appliance.Wire;
using Xunit;

namespace Appliance.Tests.Edge.Supervisor;

/// <summary>What an engineer asks of the board is in a manifest before it is done.</summary>
public sealed class ActTests : IDisposable
{
    private readonly SmallBox box = new();
    private readonly string folder = Directory.CreateTempSubdirectory("acts-").FullName;

    public void Dispose()
    {
        box.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task An_act_is_durable_before_it_may_be_done()
    {
        using SupervisorService service = new(
            new SupervisorOptions(), AlarmBook.Open(Path.Combine(folder, "book")), new StatusBoard(), () => true,
            new ReceiverRelay(), () => null, _ => { });
        BoxPipeline run = box.Begin();
        run.Drain(SmallBox.StartNs);
        Task<bool> may = service.RememberAsync("update asked");
        Assert.False(may.IsCompleted);

        service.Serve(run, LeapSeconds.ToTai(SmallBox.StartNs / 1000));
        Assert.True(await may);
        Assert.Equal(1, run.Batches);
        Assert.Equal("update asked", Assert.Single(box.Manifests()[0].Events).Text);
    }
}
