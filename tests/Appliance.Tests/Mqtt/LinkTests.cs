using Appliance.Mqtt;
using Xunit;

namespace Appliance.Tests.Mqtt;

/// <summary>The driver over a stream: its ends.</summary>
public sealed class LinkTests
{
    [Fact]
    public async Task A_link_that_is_closed_before_it_began_ends_without_having_asked_for_anything()
    {
        for (int round = 0; round < 100; round++)
        {
            MqttOptions options = new() { ClientId = "box-1" };
            MqttLink link = MqttLink.Start(new MemoryStream(), options, TimeProvider.System);
            LinkClosed end = await link.DisconnectAsync();
            Assert.Null(await link.Connected);
            Assert.True(end.Cause is CloseCause.Local or CloseCause.Transport);
            await link.DisposeAsync();
        }
    }
}
